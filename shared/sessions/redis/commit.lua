-- Stores a whole turn, or nothing of it. Behind settle.lua, note-summary.lua and journal.lua.
--
-- KEYS 1-7: session, messages, lease, running, replay, turns, journal
--      8-11: the owner's index of sessions, pinned sessions, tokens, reservations
--      12:  idempotency record, where there is one
-- ARGV 1: JSON: turn, session, is_first, forked_from (as JSON, or null), temporary, assistant, title, at (the position of
--         the first message), window_start, window_tokens, turn_tokens, reserved and spent (tokens), summaries (as JSON,
--         or null), summary and titled: {outcome: 'none', 'taken', 'late' or 'refused', reserved, spent} or null,
--         fingerprint and implicit or null, session_ms, temporary_ms, use_ms, late_ms, record_ms and implicit_ms (of a
--         record with and without a key of the caller's), position (of the first block), journal (its name, or null),
--         open (steps that wait for the caller, as JSON, or null)
--      2: user message, 3: answer, 4: ending, 5...: blocks of tokens
-- Returns 'committed' (also when it was before) or 'lost'
local session, messages, lease, running, replay, turns, journal = unpack(KEYS)
local index, pinned, tokens, reservations, record = unpack(KEYS, 8)
local ask = cjson.decode(ARGV[1])

-- The answer to an earlier try was lost on its way.
if redis.call('HEXISTS', turns, ask.turn) == 1 then return 'committed' end
if redis.call('HGET', lease, 'turn') ~= ask.turn then return 'lost' end
-- The session is gone: it is not brought back.
if not ask.is_first and redis.call('EXISTS', session) == 0 then return 'lost' end
-- So is the copy that a fork began with.
if redis.call('LLEN', messages) ~= ask.at then return 'lost' end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('RPUSH', messages, ARGV[2], ARGV[3])
for field, value in pairs({ created = now, assistant = ask.assistant }) do
  redis.call('HSETNX', session, field, value)
end
local is_named = redis.call('HSETNX', session, 'title', ask.title) == 0
if ask.forked_from ~= cjson.null then redis.call('HSET', session, 'forked_from', ask.forked_from) end
if ask.open ~= cjson.null then
  redis.call('HSET', session, 'open', ask.open)
else
  redis.call('HDEL', session, 'open')
end
-- What the caller brought is in the user's message.
redis.call('HDEL', session, 'brought')
redis.call('HSET', turns, ask.turn, ask.at)
redis.call('HSET', session, 'updated', now, 'turns', redis.call('HLEN', turns))
local window = redis.call('HMGET', session, 'window_start', 'window_tokens')
if tonumber(window[1] or 0) <= ask.window_start then
  redis.call('HSET', session, 'window_start', ask.window_start, 'window_tokens', ask.window_tokens)
  if ask.summaries ~= cjson.null then redis.call('HSET', session, 'summaries', ask.summaries) end
else
  -- A summary that was late moved it meanwhile: it stands for all before the window, and no other one does.
  redis.call('HSET', session, 'window_tokens', window[2] + ask.turn_tokens)
end
if ask.summary ~= cjson.null then
  local outcome = ask.summary.outcome
  if outcome ~= 'none' then note_summary(session, outcome, ask.turn, now + ask.late_ms) end
  if outcome ~= 'late' then
    settle(tokens, reservations, ask.turn .. '-summary', ask.summary.reserved, ask.summary.spent)
  end
end
if ask.titled ~= cjson.null then
  if ask.titled.outcome ~= 'late' then
    settle(tokens, reservations, ask.turn .. '-title', ask.titled.reserved, ask.titled.spent)
  elseif not is_named then
    redis.call('HSET', session, 'title_by', ask.turn)
  end
end

for block = 5, #ARGV do
  if redis.call('LLEN', running) == ask.position + block - 5 then redis.call('RPUSH', running, ARGV[block]) end
end
redis.call('RPUSH', running, ARGV[4])
redis.call('RENAME', running, replay)

if ask.temporary then
  -- Whoever erases all that is the owner's finds it on the list of what was begun.
  redis.call('HSET', session, 'temporary', 1)
else
  -- To the microsecond: the order of turns is the order of the list.
  redis.call('ZADD', index, time[1] * 1000000 + time[2], ask.session)
end
-- Sessions that expired leave the index here, and where it is read. Doubled: a session in use is kept for as long again,
-- and stands in the index at least as if its latest turn had been so long before.
redis.call('ZREMRANGEBYSCORE', index, '-inf', (now - 2 * ask.use_ms) * 1000)
local kept_ms = ask.temporary and ask.temporary_ms or ask.session_ms
for _, key in ipairs({ session, messages, replay, turns }) do redis.call('PEXPIRE', key, kept_ms) end
-- They outlive every session in them.
for _, list in ipairs({ index, pinned }) do redis.call('PEXPIRE', list, ask.use_ms) end

if ask.reserved > 0 then settle(tokens, reservations, ask.turn, ask.reserved, ask.spent) end
-- One that was made anew in the meantime is another turn's.
if record and (ask.implicit == cjson.null or redis.call('HGET', record, 'turn') == ask.turn) then
  redis.call('HSET', record, 'fingerprint', ask.fingerprint, 'session', ask.session, 'turn', ask.turn,
    'position', ask.at)
  redis.call('HDEL', record, 'journal')
  redis.call('PEXPIRE', record, ask.implicit == cjson.null and ask.record_ms or ask.implicit_ms)
end
-- What was done is in the answer.
if ask.journal ~= cjson.null then drop_journal(journal, ask.journal) end
redis.call('DEL', lease)
return 'committed'
