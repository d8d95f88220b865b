-- Asks the turn that holds the lease to stop; its next sign of life learns of it.
--
-- KEYS 1: lease
-- ARGV 1: JSON: turn (or null for whichever runs)
-- Returns 1, or 0 where nothing runs, or another turn
local lease = KEYS[1]
local ask = cjson.decode(ARGV[1])
local turn = redis.call('HGET', lease, 'turn')
if not turn or (ask.turn ~= cjson.null and ask.turn ~= turn) then return 0 end
redis.call('HSET', lease, 'stop', 1)
return 1
