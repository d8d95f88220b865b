-- Asks the turn that holds the lease to stop; its next sign of life learns of it.
--
-- KEYS 1: lease
-- Returns 1, or 0 where nothing runs
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'stop', 1)
return 1
