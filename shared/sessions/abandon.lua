-- Ends a turn that stores nothing: its lease, its reservation and its idempotency key are free again.
--
-- KEYS 1: lease, 2: running, 3: the owner's reservations, 4: idempotency record, where there is one
-- ARGV 1: JSON: turn, reserved (tokens), replay_ms, position (of the first block), filtered
--      2: the ending that late joiners learn of, 3...: blocks of tokens
-- Of a turn that the content filter ended (`filtered`), blocks are no more than their lengths, those kept before too.
local lease, running, reservations, record = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local ask = cjson.decode(ARGV[1])
local held = redis.call('HGET', lease, 'turn') == ask.turn
-- What frees comes first: it also works where memory is full, and what adds does not.
if ask.reserved > 0 then redis.call('ZREM', reservations, ask.turn .. ':' .. ask.reserved) end
if record and redis.call('HGET', record, 'turn') == ask.turn and redis.call('HEXISTS', record, 'position') == 0 then
  redis.call('DEL', record)
end
if not held then return end
redis.call('DEL', lease)
redis.call('PEXPIRE', running, ask.replay_ms)
if ask.filtered then
  for entry, block in ipairs(redis.call('LRANGE', running, 1, -1)) do
    redis.call('LSET', running, entry, #cjson.decode(block))
  end
end
for block = 3, #ARGV do
  if redis.call('LLEN', running) == ask.position + block - 3 then redis.call('RPUSH', running, ARGV[block]) end
end
redis.call('RPUSH', running, ARGV[2])
