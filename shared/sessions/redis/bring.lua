-- Brings items to a session, behind its last turn; once. Behind use-session.lua, request-limit.lua and items.lua.
--
-- KEYS 1-7: session, messages, replay, turns, the owner's index of sessions and pinned sessions, lease
--      8:   the owner's rate
-- ARGV 1: JSON: session, block (what the items' ids begin with), position (how many messages they stand behind),
--         most (at_once, items, bytes), use_ms, requests_per_minute; 0 is no limit
--      2...: items
-- Returns {'unknown-session'}, {'busy'}, {'too-many'}, {'limited', 'requests', ms until a retry may succeed, limits as
-- JSON}, or {'brought', limits as JSON}
local session, messages, replay, turns, index, pinned, lease, rate = unpack(KEYS)
local ask = cjson.decode(ARGV[1])
local items = {}
for place = 2, #ARGV do items[#items + 1] = ARGV[place] end
local busy = redis.call('EXISTS', lease) == 1
if redis.call('EXISTS', session) == 0 then return { busy and 'busy' or 'unknown-session' } end
local brought = redis.call('HGET', session, 'brought') or ''

-- The answer to an earlier try was lost on its way; since then a turn may have taken the items up.
local taker = redis.call('LINDEX', messages, ask.position)
if is_among(brought, ask.block) or (taker and took_up(taker, ask.block)) then return { 'brought', '[]' } end

if busy or redis.call('LLEN', messages) ~= ask.position then return { 'busy' } end
if not is_room(brought, items, ask.most) then return { 'too-many' } end
local refused, limits = take_request(rate, ask.requests_per_minute)
if refused then return refused end
bring_items(session, brought, items)
use_session({ session, messages, replay, turns }, index, pinned, ask.session, ask.use_ms)
return { 'brought', limits }
