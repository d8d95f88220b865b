-- Begins a turn, or says why not. A refusal changes nothing.
--
-- KEYS 1-5: session, messages, lease, running, replay of the session that the caller named (else of the new one)
--      6-7: lease, running of the new session
--      8:   idempotency record, where the caller sent a key
-- ARGV 1: turn id, 2: named session's id, 3: new session's id, 4: assistant asked for or '', 5: default assistant,
--      6: JSON {assistant: tokens that a message may have}, 7: tokens of the message,
--      8: session ttl ms, 9: lease ms, 10: replay's ttl ms after the lease, 11: fingerprint of the request
-- Returns {outcome, ...}; of 'begun': session id, '1' if it is new, assistant, window start, window's messages...
local session, messages, lease, running, replay = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local record = KEYS[8]
local turn, session_id, asked = ARGV[1], ARGV[2], ARGV[4]
local lease_ms = tonumber(ARGV[9])

if record then
  local seen = redis.call('HMGET', record, 'fingerprint', 'session', 'turn', 'position')
  if seen[1] then
    if seen[1] ~= ARGV[11] then return { 'key-reused' } end
    return { 'repeated', seen[2], seen[3], seen[4] or '' }
  end
end

local rooms = cjson.decode(ARGV[6])
if asked ~= '' and not rooms[asked] then return { 'unknown-assistant' } end
if redis.call('EXISTS', lease) == 1 then return { 'busy' } end

local known = redis.call('HMGET', session, 'assistant', 'window_start')
local is_first = not known[1]
if is_first then
  session_id, lease, running = ARGV[3], KEYS[6], KEYS[7]
elseif asked ~= '' and asked ~= known[1] then
  return { 'other-assistant', known[1] }
end

local assistant = known[1] or (asked ~= '' and asked) or ARGV[5]
local room = rooms[assistant]
-- The session's assistant was taken off the offer.
if not room then return { 'unknown-assistant' } end
if tonumber(ARGV[7]) > room then return { 'too-long', assistant } end

redis.call('HSET', lease, 'turn', turn)
redis.call('PEXPIRE', lease, lease_ms)
redis.call('DEL', running)
redis.call('RPUSH', running, cjson.encode({
  type = 'turn-started', session_id = session_id, turn_id = turn, assistant = assistant,
}))
redis.call('PEXPIRE', running, lease_ms + ARGV[10])
if record then
  redis.call('HSET', record, 'fingerprint', ARGV[11], 'session', session_id, 'turn', turn)
  redis.call('PEXPIRE', record, lease_ms)
end

local begun = { 'begun', session_id, is_first and '1' or '', assistant, known[2] or '0' }
if not is_first then
  for _, key in ipairs({ session, messages, replay }) do redis.call('PEXPIRE', key, ARGV[8]) end
  for _, message in ipairs(redis.call('LRANGE', messages, known[2], -1)) do begun[#begun + 1] = message end
end
return begun
