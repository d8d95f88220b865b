-- Stores a title that came after its turn was stored, and settles its cost. Behind settle.lua.
--
-- KEYS 1: session, 2: the owner's reservations, 3: the owner's tokens
-- ARGV 1: JSON: turn, reserved and spent (tokens), title or null
-- Returns 1, or 0 where nothing was stored
local session, reservations, tokens = KEYS[1], KEYS[2], KEYS[3]
local ask = cjson.decode(ARGV[1])
settle(tokens, reservations, ask.turn .. '-title', ask.reserved, ask.spent)
if redis.call('HGET', session, 'title_by') ~= ask.turn then return 0 end
redis.call('HDEL', session, 'title_by')
if ask.title == cjson.null then return 0 end
redis.call('HSET', session, 'title', ask.title)
return 1
