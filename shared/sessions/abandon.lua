-- Ends a turn that stores nothing: the lease and the idempotency key are free again.
--
-- KEYS 1: lease, 2: running, 3: idempotency record, where there is one
-- ARGV 1: turn id, 2: the ending that late joiners learn of, 3: its ttl ms, 4: position of the first block,
--      5...: blocks of tokens
local lease, running, record = KEYS[1], KEYS[2], KEYS[3]
if redis.call('HGET', lease, 'turn') == ARGV[1] then
  redis.call('DEL', lease)
  for block = 5, #ARGV do
    if redis.call('LLEN', running) == ARGV[4] + block - 5 then redis.call('RPUSH', running, ARGV[block]) end
  end
  redis.call('RPUSH', running, ARGV[2])
  redis.call('PEXPIRE', running, ARGV[3])
end
if record and redis.call('HGET', record, 'turn') == ARGV[1] and not redis.call('HGET', record, 'position') then
  redis.call('DEL', record)
end
