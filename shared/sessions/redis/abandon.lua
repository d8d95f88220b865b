-- Ends a turn that stores nothing: its lease, its reservation and its idempotency key are free again. Where it has called
-- a tool, the key is kept, and so is the journal, for the turn that takes this one over; or where nobody knows whether the
-- tool did its work, how the turn failed. Behind settle.lua and journal.lua.
--
-- KEYS 1: session, 2: messages, 3: lease, 4: running, 5: turns, 6: journal, 7: the owner's reservations, 8: the owner's
--      tokens, 9: idempotency record, where there is one
-- ARGV 1: JSON: turn, reserved and spent (tokens), summary_reserved and summary_spent, title_reserved and title_spent,
--         is_first, replay_ms, position (of the first block), filtered, journal (its name, or null), doubt
--      2: the ending that late joiners learn of, 3...: blocks of what was said
-- Of a turn that the content filter ended (`filtered`), blocks are no more than their lengths, those kept before too.
local session, messages, lease, running, turns, journal, reservations, tokens, record = unpack(KEYS)
local ask = cjson.decode(ARGV[1])
local held = redis.call('HGET', lease, 'turn') == ask.turn

-- What is left of something that was done, as JSON.
local function withheld(step)
  if step.type == 'tool-returned' then return '"returned"' end
  return step.by_caller and '"called-by-caller"' or '"called"'
end

-- What frees comes first: it also works where memory is full, and what adds works behind it. What the turn cost counts
-- whoever has the lease, and whether or not its session is still there.
if ask.reserved > 0 then
  settle(tokens, reservations, ask.turn, ask.reserved, ask.spent)
  settle(tokens, reservations, ask.turn .. '-summary', ask.summary_reserved, ask.summary_spent)
  settle(tokens, reservations, ask.turn .. '-title', ask.title_reserved, ask.title_spent)
end
local is_recorded = record and redis.call('HGET', record, 'turn') == ask.turn
local has_called = is_recorded and redis.call('HEXISTS', record, 'journal') == 1
if is_recorded and not has_called and redis.call('HEXISTS', record, 'position') == 0 then redis.call('DEL', record) end
-- Nobody goes on with it: it has no key of its own, or its outcome is fixed.
if ask.journal ~= cjson.null and (not record or (has_called and ask.doubt)) then drop_journal(journal, ask.journal) end
if has_called and ask.doubt then redis.call('HSET', record, 'doubt', ARGV[2]) end
if not held then return end
redis.call('DEL', lease)
-- The copy that a fork began with belongs to no session.
if ask.is_first and redis.call('EXISTS', session) == 0 then redis.call('DEL', messages, turns) end
redis.call('PEXPIRE', running, ask.replay_ms)
if ask.filtered then
  for entry, block in ipairs(redis.call('LRANGE', running, 1, -1)) do
    local said = cjson.decode(block)
    redis.call('LSET', running, entry, said.type and withheld(said) or #said)
  end
end
for block = 3, #ARGV do
  if redis.call('LLEN', running) == ask.position + block - 3 then redis.call('RPUSH', running, ARGV[block]) end
end
redis.call('RPUSH', running, ARGV[2])
