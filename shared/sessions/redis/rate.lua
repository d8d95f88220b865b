-- Keeps the feedback of a stored turn, in place of an earlier one.
--
-- KEYS 1: session, 2: turns
-- ARGV 1: JSON: turn, 2: feedback
-- Returns 1, or 0 where there is no such turn
local session, turns = KEYS[1], KEYS[2]
local ask = cjson.decode(ARGV[1])
if redis.call('EXISTS', session) == 0 or redis.call('HEXISTS', turns, ask.turn) == 0 then return 0 end
local position = string.match(redis.call('HGET', turns, ask.turn), '^%d*')
redis.call('HSET', turns, ask.turn, position .. ARGV[2])
return 1
