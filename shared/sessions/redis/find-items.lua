-- Where a session has the items whose ids begin alike: in a stored turn, or among what was brought after the last one.
-- Behind find-turn.lua and items.lua.
--
-- KEYS 1: session, 2: messages, 3: turns
-- ARGV 1: JSON: block (a turn's id, or that of what was brought at once between turns)
-- Returns nil, {'brought', items}, or {'turn', assistant, the turn's messages...}
local session, messages, turns = KEYS[1], KEYS[2], KEYS[3]
local ask = cjson.decode(ARGV[1])
local known = redis.call('HMGET', session, 'created', 'assistant', 'brought')
if not known[1] then return nil end
local position = find_turn(messages, turns, ask.block)
if not position then
  local brought = known[3] or ''
  if string.find(brought, '"id":"' .. ask.block .. '-', 1, true) then return { 'brought', brought } end
  for last = redis.call('LLEN', messages) - 1, 0, -100 do
    local first = math.max(0, last - 99)
    for place, message in ipairs(redis.call('LRANGE', messages, first, last)) do
      if took_up(message, ask.block) then position = first + place - 1 end
    end
    if position then break end
  end
end
if not position then return nil end
return { 'turn', known[2], unpack(redis.call('LRANGE', messages, position, turn_end(messages, position) - 1)) }
