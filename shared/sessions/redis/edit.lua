-- Changes a session's title, and whether it is pinned. It is no use of the session.
--
-- KEYS 1: session, 2: the owner's pinned sessions
-- ARGV 1: JSON: session, title or null, pinned or null, most (that may be pinned), use_ms, fields (to be told)
-- Returns {'unknown-session'}, {'temporary'}, {'too-many-pinned'}, or {'edited', ms until it is forgotten, the fields...}
local session, pinned = KEYS[1], KEYS[2]
local ask = cjson.decode(ARGV[1])
if redis.call('EXISTS', session) == 0 then return { 'unknown-session' } end
if ask.pinned == true and redis.call('HEXISTS', session, 'temporary') == 1 then return { 'temporary' } end
if ask.pinned == true and redis.call('SISMEMBER', pinned, ask.session) == 0 then
  if redis.call('SCARD', pinned) >= ask.most then return { 'too-many-pinned' } end
  redis.call('SADD', pinned, ask.session)
  -- It outlives every session in it.
  redis.call('PEXPIRE', pinned, ask.use_ms)
  redis.call('HSET', session, 'pinned', 1)
elseif ask.pinned == false then
  redis.call('SREM', pinned, ask.session)
  redis.call('HDEL', session, 'pinned')
end
if ask.title ~= cjson.null then
  redis.call('HSET', session, 'title', ask.title)
  -- One of the model's that is late comes too late.
  redis.call('HDEL', session, 'title_by')
end
return { 'edited', redis.call('PTTL', session), unpack(redis.call('HMGET', session, unpack(ask.fields))) }
