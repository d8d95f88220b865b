-- Ends a turn that stores nothing: its lease, its reservation and its idempotency key are free again. Behind settle.lua.
--
-- KEYS 1: session, 2: messages, 3: lease, 4: running, 5: turns, 6: the owner's reservations, 7: the owner's tokens,
--      8: idempotency record, where there is one
-- ARGV 1: JSON: turn, reserved and spent (tokens), summary_reserved and summary_spent, title_reserved and title_spent,
--         is_first, replay_ms, position (of the first block), filtered
--      2: the ending that late joiners learn of, 3...: blocks of tokens
-- Of a turn that the content filter ended (`filtered`), blocks are no more than their lengths, those kept before too.
local session, messages, lease, running, turns, reservations, tokens, record = unpack(KEYS)
local ask = cjson.decode(ARGV[1])
local held = redis.call('HGET', lease, 'turn') == ask.turn
-- What frees comes first: it also works where memory is full, and what adds works behind it. What the turn cost counts
-- whoever has the lease, and whether or not its session is still there.
if ask.reserved > 0 then
  settle(tokens, reservations, ask.turn, ask.reserved, ask.spent)
  settle(tokens, reservations, ask.turn .. '-summary', ask.summary_reserved, ask.summary_spent)
  settle(tokens, reservations, ask.turn .. '-title', ask.title_reserved, ask.title_spent)
end
if record and redis.call('HGET', record, 'turn') == ask.turn and redis.call('HEXISTS', record, 'position') == 0 then
  redis.call('DEL', record)
end
if not held then return end
redis.call('DEL', lease)
-- The copy that a fork began with belongs to no session.
if ask.is_first and redis.call('EXISTS', session) == 0 then redis.call('DEL', messages, turns) end
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
