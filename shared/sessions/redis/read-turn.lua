-- Reads a stored turn. Behind find-turn.lua.
--
-- KEYS 1: session, 2: messages, 3: turns
-- ARGV 1: JSON: turn
-- Returns nil, or {assistant, the turn's messages...}
local session, messages, turns = KEYS[1], KEYS[2], KEYS[3]
local ask = cjson.decode(ARGV[1])
local assistant = redis.call('HGET', session, 'assistant')
local position = assistant and find_turn(messages, turns, ask.turn)
if not position then return nil end
return { assistant, unpack(redis.call('LRANGE', messages, position, turn_end(messages, position) - 1)) }
