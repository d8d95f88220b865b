-- Takes back an item that was brought to a session, unless a turn has taken it up. Behind use-session.lua, items.lua and
-- read-session.lua.
--
-- KEYS 1-7: session, messages, replay, turns, the owner's index of sessions and pinned sessions, lease
-- ARGV 1: JSON: session, item (its id), use_ms
-- Returns {'unknown-session'}, {'busy'}, {'unknown-item'}, or {'taken-back', the session}
local session, messages, replay, turns, index, pinned, lease = unpack(KEYS)
local ask = cjson.decode(ARGV[1])
if redis.call('EXISTS', session) == 0 then return { 'unknown-session' } end
if redis.call('EXISTS', lease) == 1 then return { 'busy' } end

local kept, taken = {}, nil
for item in string.gmatch(redis.call('HGET', session, 'brought') or '', '[^\n]+') do
  if cjson.decode(item).id == ask.item then taken = item else kept[#kept + 1] = item end
end
if not taken then return { 'unknown-item' } end
if #kept > 0 then
  redis.call('HSET', session, 'brought', table.concat(kept, '\n'))
else
  redis.call('HDEL', session, 'brought')
end
redis.call('HINCRBY', session, 'window_tokens', -cost_of(cjson.decode(taken)))
use_session({ session, messages, replay, turns }, index, pinned, ask.session, ask.use_ms)
return { 'taken-back', read_session(session, messages) }
