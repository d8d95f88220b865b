-- Tells of a session. Behind read-session.lua.
--
-- KEYS 1: session, 2: messages
-- Returns what read_session does
local session, messages = KEYS[1], KEYS[2]
return read_session(session, messages)
