-- Renews a running turn's lease and reservation, keeps what was said for those who follow it, and tells whether to stop.
-- Behind use-session.lua.
--
-- KEYS 1-6: session, messages, lease, running, replay, turns
--      7-9: the owner's reservations, index of sessions, pinned sessions
--      10:  idempotency record, where there is one
-- ARGV 1: JSON: turn, session, reserved, summary_reserved and title_reserved (tokens), use_ms, temporary_use_ms, lease_ms,
--         late_ms (what is asked beside it, behind its turn), replay_ms (after the lease), position (of the first block)
--      2...: blocks of tokens
-- Returns {1 if the lease is still held, 1 if the turn is to stop}
local session, messages, lease, running, replay, turns, reservations, index, pinned, record = unpack(KEYS)
local ask = cjson.decode(ARGV[1])
if redis.call('HGET', lease, 'turn') ~= ask.turn then return { 0, 0 } end

-- Renewing comes first: where memory is full, Redis refuses a script that adds before it has written anything else.
redis.call('PEXPIRE', lease, ask.lease_ms)
redis.call('HINCRBY', lease, 'beats', 1)
local left = redis.call('PTTL', session)
if left >= 0 and left < ask.lease_ms then
  use_session({ session, messages, replay, turns }, index, pinned, ask.session, ask.use_ms, ask.temporary_use_ms)
end
if record and redis.call('HGET', record, 'turn') == ask.turn then redis.call('PEXPIRE', record, ask.lease_ms) end
if ask.reserved > 0 then
  local time = redis.call('TIME')
  local ends = time[1] * 1000 + math.floor(time[2] / 1000) + ask.lease_ms
  redis.call('ZADD', reservations, 'XX', ends, ask.turn .. ':' .. ask.reserved,
    ends + ask.late_ms, ask.turn .. '-summary:' .. ask.summary_reserved,
    ends + ask.late_ms, ask.turn .. '-title:' .. ask.title_reserved)
  redis.call('PEXPIRE', reservations, ask.lease_ms + ask.late_ms + 86400000)
end
-- A block that stands there already was sent again because the answer to an earlier call was lost.
for block = 2, #ARGV do
  if redis.call('LLEN', running) == ask.position + block - 2 then redis.call('RPUSH', running, ARGV[block]) end
end
redis.call('PEXPIRE', running, ask.lease_ms + ask.replay_ms)
return { 1, redis.call('HEXISTS', lease, 'stop') }
