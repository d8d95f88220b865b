-- Holds back more tokens for a running turn, where the owner's limits have room for them; once. Behind request-limit.lua
-- and token-limits.lua.
--
-- KEYS 1: lease, 2: the owner's tokens, 3: the owner's reservations
-- ARGV 1: JSON: turn, reserved and wanted (tokens, in place of these), lease_ms,
--         limits {requests_per_minute, tokens_per_minute, tokens_per_day}; 0 is none
-- Returns 1, or 0 where there is no room, or the turn does not hold its lease any more
local lease, tokens, reservations = KEYS[1], KEYS[2], KEYS[3]
local ask = cjson.decode(ARGV[1])
if redis.call('HGET', lease, 'turn') ~= ask.turn then return 0 end
local wanted = ask.turn .. ':' .. ask.wanted
-- The answer to an earlier try was lost on its way.
if redis.call('ZSCORE', reservations, wanted) then return 1 end
local time = redis.call('TIME')
local none = { summary = 0, title = 0 }
if admit_tokens(tokens, reservations, ask.limits, time, ask.wanted - ask.reserved, none, {}) then return 0 end
-- What frees comes first: it also works where memory is full, and what adds works behind it.
redis.call('ZREM', reservations, ask.turn .. ':' .. ask.reserved)
redis.call('ZADD', reservations, time[1] * 1000 + math.floor(time[2] / 1000) + ask.lease_ms, wanted)
redis.call('HSET', lease, 'reserved', ask.wanted)
return 1
