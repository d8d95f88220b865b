-- Renews a running turn's lease, keeps what was said for those who follow it, and tells whether to stop.
--
-- KEYS 1: lease, 2: running, 3: idempotency record, where there is one
-- ARGV 1: turn id, 2: lease ms, 3: replay's ttl ms after the lease, 4: position of the first block, 5...: blocks as JSON
-- Returns {1 if the lease is still held, 1 if the turn is to stop}
local lease, running, record = KEYS[1], KEYS[2], KEYS[3]
if redis.call('HGET', lease, 'turn') ~= ARGV[1] then return { 0, 0 } end

redis.call('HINCRBY', lease, 'beats', 1)
redis.call('PEXPIRE', lease, ARGV[2])
if record then redis.call('PEXPIRE', record, ARGV[2]) end
-- A block that stands there already was sent again because the answer to an earlier call was lost.
for block = 5, #ARGV do
  if redis.call('LLEN', running) == ARGV[4] + block - 5 then redis.call('RPUSH', running, ARGV[block]) end
end
redis.call('PEXPIRE', running, ARGV[2] + ARGV[3])
return { 1, redis.call('HEXISTS', lease, 'stop') }
