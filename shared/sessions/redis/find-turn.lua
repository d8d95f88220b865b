-- What the steps share that look for a turn in a session's list. A message begins with its id, and that with its turn's
-- id, which has 36 characters: it is read from the text as it stands.
local function turn_of(message) return string.sub(message, 8, 43) end

-- The position of the turn's first message, or nil where there is no such turn.
local function find_turn(messages, turns, turn)
  local kept = redis.call('HGET', turns, turn)
  if not kept then return nil end
  local position = string.match(kept, '^%d+')
  if position then return tonumber(position) end
  -- It was stored before positions were kept, when a turn was always two messages.
  for last = redis.call('LLEN', messages) - 1, 0, -100 do
    local first = math.max(0, last - 99)
    for place, message in ipairs(redis.call('LRANGE', messages, first, last)) do
      if turn_of(message) == turn then return first + place - 1 end
    end
  end
end

-- The position behind the turn's last message.
local function turn_end(messages, position)
  local turn, after = turn_of(redis.call('LINDEX', messages, position)), position + 1
  while true do
    local message = redis.call('LINDEX', messages, after)
    if not message or turn_of(message) ~= turn then return after end
    after = after + 1
  end
end
