-- Keeps the feedback of a stored turn, in place of an earlier one. Behind find-turn.lua.
--
-- KEYS 1: session, 2: messages, 3: turns
-- ARGV 1: JSON: turn, 2: feedback
-- Returns nil where there is no such turn, or {assistant, what the turn was answered by as JSON, or ''}
local session, messages, turns = KEYS[1], KEYS[2], KEYS[3]
local ask = cjson.decode(ARGV[1])
local assistant = redis.call('HGET', session, 'assistant')
local position = assistant and find_turn(messages, turns, ask.turn)
if not position then return nil end
redis.call('HSET', turns, ask.turn, position .. ARGV[2])
local by = cjson.decode(redis.call('LINDEX', messages, position + 1)).answered_by
return { assistant, by and cjson.encode(by) or '' }
