-- Renews a running turn's lease and reservation, keeps what was said for those who follow it, and what was done for who
-- takes it over, and tells whether to stop. Behind use-session.lua and journal.lua.
--
-- KEYS 1-7: session, messages, lease, running, replay, turns, journal
--      8-11: the owner's reservations, index of sessions, pinned sessions, begun
--      12:  idempotency record, where there is one
-- ARGV 1: JSON: turn, session, reserved, summary_reserved and title_reserved (tokens), use_ms, temporary_use_ms, lease_ms,
--         late_ms (what is asked beside it, behind its turn), replay_ms (after the lease), position (of the first block),
--         done: how many of the values are entries of the journal, and of these journal (its name), entry (the position
--         of the first), decided (steps that wait for no approval any more), is_first, ephemeral, temporary, implicit or
--         null, turn_ms (the longest), record_ms, implicit_ms
--      2...: blocks of what was said, then entries
-- Returns {1 if the lease is still held, 1 if the turn is to stop}
local session, messages, lease, running, replay, turns, journal = unpack(KEYS)
local reservations, index, pinned, begun, record = unpack(KEYS, 8)
local ask = cjson.decode(ARGV[1])
if redis.call('HGET', lease, 'turn') ~= ask.turn then return { 0, 0 } end

-- Renewing comes first: where memory is full, Redis refuses a script that adds before it has written anything else.
redis.call('PEXPIRE', lease, ask.lease_ms)
redis.call('HINCRBY', lease, 'beats', 1)
local left = redis.call('PTTL', session)
if left >= 0 and left < ask.lease_ms then
  use_session({ session, messages, replay, turns }, index, pinned, ask.session, ask.use_ms, ask.temporary_use_ms)
end
local is_recorded = record and redis.call('HGET', record, 'turn') == ask.turn
local has_called = is_recorded and redis.call('HEXISTS', record, 'journal') == 1
-- The record of a turn that has called a tool is kept for its whole time, whatever becomes of the turn.
if is_recorded and not has_called then redis.call('PEXPIRE', record, ask.lease_ms) end
if ask.reserved > 0 then
  local time = redis.call('TIME')
  local ends = time[1] * 1000 + math.floor(time[2] / 1000) + ask.lease_ms
  redis.call('ZADD', reservations, 'XX', ends, ask.turn .. ':' .. ask.reserved,
    ends + ask.late_ms, ask.turn .. '-summary:' .. ask.summary_reserved,
    ends + ask.late_ms, ask.turn .. '-title:' .. ask.title_reserved)
  redis.call('PEXPIRE', reservations, ask.lease_ms + ask.late_ms + 86400000)
end
if ask.done > 0 then
  local entries = { unpack(ARGV, #ARGV - ask.done + 1) }
  local use_ms = ask.ephemeral and ask.turn_ms or ask.temporary and ask.temporary_use_ms or ask.use_ms
  local kept_ms = math.min(use_ms, ask.record_ms)
  write_journal(journal, ask.journal, ask.turn, ask.is_first, ask.entry, entries, kept_ms)
  if #ask.decided > 0 then
    local decided, waiting = {}, {}
    for _, step in ipairs(ask.decided) do decided[step] = true end
    for _, step in ipairs(cjson.decode(redis.call('HGET', session, 'open') or '[]')) do
      if not decided[step.id] then waiting[#waiting + 1] = step end
    end
    if #waiting > 0 then
      redis.call('HSET', session, 'open', cjson.encode(waiting))
    else
      redis.call('HDEL', session, 'open')
    end
  end
  if is_recorded and not has_called then
    redis.call('HSET', record, 'journal', ask.journal)
    redis.call('PEXPIRE', record, ask.implicit ~= cjson.null and ask.implicit_ms or ask.record_ms)
  end
  -- Whoever erases all that is the owner's finds it here.
  local time = redis.call('TIME')
  local ends = time[1] * 1000 + math.floor(time[2] / 1000) + ask.turn_ms + kept_ms
  redis.call('ZADD', begun, ends, 'lease:' .. ask.session)
  redis.call('PEXPIRE', begun, ask.turn_ms + ask.record_ms)
end
-- A block that stands there already was sent again because the answer to an earlier call was lost.
for block = 2, #ARGV - ask.done do
  if redis.call('LLEN', running) == ask.position + block - 2 then redis.call('RPUSH', running, ARGV[block]) end
end
redis.call('PEXPIRE', running, ask.lease_ms + ask.replay_ms)
return { 1, redis.call('HEXISTS', lease, 'stop') }
