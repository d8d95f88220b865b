-- What the steps share that end a turn: its reservation is given back, and what the turn cost is counted in its place.
-- Once: a step that is repeated finds no reservation any more. One that ended by itself counted whole where it ended,
-- until now; in a window that was over by then, it stays so.
local function settle(tokens, reservations, turn, reserved, spent)
  local reservation = turn .. ':' .. reserved
  local ends_ms = redis.call('ZSCORE', reservations, reservation)
  if not ends_ms then return end
  redis.call('ZREM', reservations, reservation)
  local now = redis.call('TIME')[1]
  for window, seconds in pairs({ minute = 60, day = 86400 }) do
    local number = math.floor(now / seconds)
    if math.floor(ends_ms / 1000 / seconds) >= number then
      local counted = redis.call('HMGET', tokens, window, window .. '_used')
      local used = tonumber(counted[1]) == number and counted[2] or 0
      redis.call('HSET', tokens, window, number, window .. '_used', used + spent)
    end
  end
  redis.call('PEXPIRE', tokens, 86400000)
end
