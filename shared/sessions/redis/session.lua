-- Tells of a session. Behind read-session.lua.
--
-- KEYS 1: session
-- Returns what read_session does
local session = KEYS[1]
return read_session(session)
