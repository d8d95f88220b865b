-- Where an item is: in a stored turn, or among what was brought after the last one. Behind find-turn.lua and items.lua.
--
-- KEYS 1: session, 2: messages, 3: turns
-- ARGV 1: JSON: block (its turn, or what it was brought in), position (of the turn that took it up, if it is not the block)
-- Returns nil, {'brought', items}, or {'turn', assistant, the turn's messages...}
local session, messages, turns = KEYS[1], KEYS[2], KEYS[3]
local ask = cjson.decode(ARGV[1])
local known = redis.call('HMGET', session, 'created', 'assistant', 'brought')
if not known[1] then return nil end
local position = find_turn(messages, turns, ask.block)
if not position then
  if known[3] and is_among(known[3], ask.block) then return { 'brought', known[3] } end
  local taker = redis.call('LINDEX', messages, ask.position)
  if not taker or not took_up(taker, ask.block) then return nil end
  position = ask.position
end
return { 'turn', known[2], unpack(redis.call('LRANGE', messages, position, turn_end(messages, position) - 1)) }
