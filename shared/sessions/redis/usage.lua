-- Where an owner stands with its limits. Changes nothing, and counts as no request. Behind request-limit.lua and
-- token-limits.lua.
--
-- KEYS 1: the owner's rate, 2: tokens, 3: reservations
-- ARGV 1: JSON: limits {requests_per_minute, tokens_per_minute, tokens_per_day}; 0 is none
-- Returns JSON: the states of those that are set; that of requests with next (seconds until one is admitted), those of
-- tokens with used and reserved
local rate, tokens, reservations = unpack(KEYS)
local limits = cjson.decode(ARGV[1]).limits
local time = redis.call('TIME')
local states = {}

if limits.requests_per_minute > 0 then
  local now_us = time[1] * 1000000 + time[2]
  local quota = limits.requests_per_minute
  local arrival = math.max(tonumber(redis.call('GET', rate) or 0), now_us)
  local _, wait_ms = admit_request(rate, quota, now_us)
  states[1] = request_state(arrival, quota, now_us)
  states[1].next = math.ceil((wait_ms or 0) / 1000)
end

local reserved, windows = token_windows(tokens, reservations, limits, time)
for _, window in ipairs(windows) do
  local remaining = window.quota - window.counted - reserved
  local state = limit_state(window.name, window.quota, window.seconds, remaining, window.left_ms)
  state.used, state.reserved = window.counted, reserved
  states[#states + 1] = state
end
return #states > 0 and cjson.encode(states) or '[]'
