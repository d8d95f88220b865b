-- What the steps share that look at the tokens of an owner, in windows of this server's clock. Behind request-limit.lua.
-- What is reserved counts as used until its turn is settled. A reservation that ended by itself, as its lease did, is that
-- of a turn whose holder died: what it cost is not known, so it stays counted, whole, in the windows in which it ended.

-- Returns what is reserved, and of each window that has a limit its name, quota, seconds, what is counted in it, and how
-- many ms are left of it.
local function token_windows(tokens, reservations, limits, time)
  local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
  local function sum_of(from_ms, to_ms)
    local sum = 0
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', reservations, from_ms, to_ms)) do
      sum = sum + tonumber(string.match(member, '%d+$'))
    end
    return sum
  end
  local used = redis.call('HMGET', tokens, 'minute', 'minute_used', 'day', 'day_used')
  local windows = {}
  local function add(name, quota, seconds, start, count)
    if quota == 0 then return end
    local number = math.floor(time[1] / seconds)
    local counted = (tonumber(start) == number and tonumber(count) or 0) + sum_of(number * seconds * 1000, now_ms)
    local left_ms = (number + 1) * seconds * 1000 - now_ms
    windows[#windows + 1] = { name = name, quota = quota, seconds = seconds, counted = counted, left_ms = left_ms }
  end
  add('tokens-per-minute', limits.tokens_per_minute, 60, used[1], used[2])
  add('tokens-per-day', limits.tokens_per_day, 86400, used[3], used[4])
  return sum_of('(' .. now_ms, '+inf'), windows
end

-- Whether the windows have room for a turn. Changes nothing in Redis.
--
-- `asides` is what may be asked beside the turn: each for which there is no room is set to 0. To `states` is added where
-- the owner stands. Returns a refusal, or nil.
local function admit_tokens(tokens, reservations, limits, time, reserve, asides, states)
  local reserved, windows = token_windows(tokens, reservations, limits, time)
  local refused
  for _, window in ipairs(windows) do
    local quota, counted, left_ms = window.quota, window.counted, window.left_ms
    local over = counted + reserved + reserve > quota
    local free = quota - counted - reserved - reserve
    if asides.summary > free then asides.summary = 0 end
    if asides.title > free - asides.summary then asides.title = 0 end
    if over and not refused then
      -- Without the turns under way it would fit: they end soon.
      local wait = counted + reserve > quota and left_ms or math.min(left_ms, 2000)
      refused = { 'limited', window.name, wait }
    end
    local remaining = quota - counted - reserved - (over and 0 or reserve)
    states[#states + 1] = limit_state(window.name, quota, window.seconds, remaining, left_ms)
  end
  return refused
end
