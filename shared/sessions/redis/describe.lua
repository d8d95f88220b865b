-- Replaces a session's metadata. Behind use-session.lua and read-session.lua.
--
-- KEYS 1-6: session, messages, replay, turns, the owner's index of sessions and pinned sessions
-- ARGV 1: JSON: session, use_ms
--      2: metadata
-- Returns what read_session does
local session, messages, replay, turns, index, pinned = unpack(KEYS)
local ask = cjson.decode(ARGV[1])
if redis.call('EXISTS', session) == 0 then return nil end
redis.call('HSET', session, 'metadata', ARGV[2])
use_session({ session, messages, replay, turns }, index, pinned, ask.session, ask.use_ms)
return read_session(session, messages)
