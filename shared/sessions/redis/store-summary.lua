-- Stores a summary that came after its turn was stored, and settles its cost. Behind settle.lua and note-summary.lua.
--
-- KEYS 1: session, 2: the owner's reservations, 3: the owner's tokens
-- ARGV 1: JSON: turn, reserved and spent (tokens), window_was, window_start, saved_tokens, summaries or null
-- Returns 1, or 0 where nothing was stored
local session, reservations, tokens = KEYS[1], KEYS[2], KEYS[3]
local ask = cjson.decode(ARGV[1])
settle(tokens, reservations, ask.turn .. '-summary', ask.reserved, ask.spent)
if redis.call('HGET', session, 'summary_by') ~= ask.turn then return 0 end
local window = redis.call('HMGET', session, 'window_start', 'window_tokens')
if ask.summaries == cjson.null then
  note_summary(session, 'refused')
  return 0
end
note_summary(session, 'taken')
if tonumber(window[1]) ~= ask.window_was then return 0 end
redis.call('HSET', session, 'summaries', ask.summaries, 'window_start', ask.window_start,
  'window_tokens', math.max(0, window[2] - ask.saved_tokens))
return 1
