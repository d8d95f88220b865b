-- Stores a whole turn, or nothing of it.
--
-- KEYS 1: session, 2: messages, 3: lease, 4: running, 5: replay, 6: the owner's index of sessions,
--      7: idempotency record, where there is one
-- ARGV 1: turn id, 2: session id, 3: '1' if this turn makes the session, 4: session ttl ms, 5: idempotency ttl ms,
--      6: user message, 7: answer, 8: ending, 9: assistant, 10: title, 11: window start,
--      12: fingerprint of the request, 13: position of the first block, 14...: blocks of tokens
-- Returns 'committed' (also when it was before) or 'lost'
local session, messages, lease, running, replay, index, record = unpack(KEYS)
local turn, session_id, ttl = ARGV[1], ARGV[2], ARGV[4]

-- The answer to an earlier try was lost on its way.
if redis.call('HGET', session, 'last_turn') == turn then return 'committed' end
if redis.call('HGET', lease, 'turn') ~= turn then return 'lost' end
-- The session expired under way: it is not brought back.
if ARGV[3] == '' and redis.call('EXISTS', session) == 0 then return 'lost' end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local length = redis.call('RPUSH', messages, ARGV[6], ARGV[7])
if ARGV[3] ~= '' then
  redis.call('HSET', session, 'assistant', ARGV[9], 'title', ARGV[10], 'created', now)
end
redis.call('HSET', session, 'updated', now, 'last_turn', turn, 'window_start', ARGV[11])
redis.call('HINCRBY', session, 'turns', 1)

for block = 14, #ARGV do
  if redis.call('LLEN', running) == ARGV[13] + block - 14 then redis.call('RPUSH', running, ARGV[block]) end
end
redis.call('RPUSH', running, ARGV[8])
redis.call('RENAME', running, replay)

redis.call('ZADD', index, now, session_id)
-- Sessions that expired leave the index here, and where it is read. Doubled, as a turn that failed slides a session too.
redis.call('ZREMRANGEBYSCORE', index, '-inf', now - 2 * ttl)
for _, key in ipairs({ session, messages, replay, index }) do redis.call('PEXPIRE', key, ttl) end
if record then
  redis.call('HSET', record, 'fingerprint', ARGV[12], 'session', session_id, 'turn', turn, 'position', length - 2)
  redis.call('PEXPIRE', record, ARGV[5])
end
redis.call('DEL', lease)
return 'committed'
