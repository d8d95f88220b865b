-- Reads a turn's replay. One that was taken over has lost all.
--
-- KEYS 1: lease, 2: running, 3: replay
-- ARGV 1: JSON: turn (or null for the session's running or last turn), from (the first entry to return)
-- Returns nil, or {turn id, 1 if its holder lives, beats, entries from there on}
local lease, running, replay = KEYS[1], KEYS[2], KEYS[3]
local ask = cjson.decode(ARGV[1])
for _, key in ipairs({ running, replay }) do
  local started = redis.call('LINDEX', key, 0)
  started = started and cjson.decode(started) or {}
  local turn = started.turn_id
  for _, lost in ipairs(started.took_over or {}) do
    if lost == ask.turn then return { lost, 0, 0, {} } end
  end
  if turn and (ask.turn == cjson.null or ask.turn == turn) then
    local holder = redis.call('HMGET', lease, 'turn', 'beats')
    return { turn, holder[1] == turn and 1 or 0, tonumber(holder[2] or 0), redis.call('LRANGE', key, ask.from, -1) }
  end
end
return nil
