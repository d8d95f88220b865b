-- What the steps share that count against the owner's requests per minute: GCRA on this server's clock.

local function limit_state(name, quota, window_s, remaining, reset_ms)
  return
    { name = name, quota = quota, window = window_s, remaining = math.max(0, remaining), reset = math.ceil(reset_ms / 1000) }
end

local function request_state(arrival, quota, now_us)
  local remaining = math.floor((60000000 - (arrival - now_us)) / (60000000 / quota) + 0.000001)
  return limit_state('requests', quota, 60, remaining, (arrival - now_us) / 1000)
end

-- Whether one more request is within its limit. Changes nothing. Returns when the next one would arrive at an even rate
-- (microseconds), after how many ms a retry may succeed where this one is refused, and where the owner stands.
local function admit_request(rate, quota, now_us)
  local interval = 60000000 / quota
  local before = math.max(tonumber(redis.call('GET', rate) or 0), now_us)
  local arrival, wait_ms = before + interval, nil
  -- One microsecond of tolerance for fractions.
  local over = arrival - now_us - 60000000 - 1
  if over > 0 then arrival, wait_ms = before, math.ceil(over / 1000) end
  return arrival, wait_ms, request_state(arrival, quota, now_us)
end

local function count_request(rate, arrival, now_us)
  redis.call('SET', rate, string.format('%.3f', arrival), 'PX', math.ceil((arrival - now_us) / 1000) + 1000)
end

-- Counts a request that takes no tokens. Returns a refusal, or nil; and where the owner stands, as JSON.
local function take_request(rate, quota)
  if quota == 0 then return nil, '[]' end
  local time = redis.call('TIME')
  local now_us = time[1] * 1000000 + time[2]
  local arrival, wait_ms, state = admit_request(rate, quota, now_us)
  local states = cjson.encode({ state })
  if wait_ms then return { 'limited', 'requests', wait_ms, states } end
  count_request(rate, arrival, now_us)
  return nil, states
end
