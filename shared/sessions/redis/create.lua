-- Makes a session that has no turn yet; once. Behind request-limit.lua, items.lua and read-session.lua.
--
-- KEYS 1: session, 2: messages, 3: the owner's index of sessions, 4: the owner's rate
-- ARGV 1: JSON: session, most (at_once, items, bytes), session_ms, use_ms, requests_per_minute; 0 is no limit
--      2: metadata, 3...: items
-- Returns {'too-many'}; {'limited', 'requests', ms until a retry may succeed, limits as JSON}; or {'created', limits as
-- JSON, the session}
local session, messages, index, rate = unpack(KEYS)
local ask = cjson.decode(ARGV[1])
local items = {}
for place = 3, #ARGV do items[#items + 1] = ARGV[place] end
-- The answer to an earlier try was lost on its way.
if redis.call('EXISTS', session) == 1 then return { 'created', '[]', read_session(session, messages) } end
if not is_room('', items, ask.most) then return { 'too-many' } end
local refused, limits = take_request(rate, ask.requests_per_minute)
if refused then return refused end

local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', session, 'created', now_ms, 'updated', now_ms, 'turns', 0, 'metadata', ARGV[2])
bring_items(session, '', items)
redis.call('PEXPIRE', session, ask.session_ms)
redis.call('ZADD', index, time[1] * 1000000 + time[2], ask.session)
redis.call('PEXPIRE', index, ask.use_ms)
return { 'created', limits, read_session(session, messages) }
