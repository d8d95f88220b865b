-- Begins a turn, or says why not. A refusal changes nothing. Behind use-session.lua, find-turn.lua, items.lua, fork.lua,
-- journal.lua, request-limit.lua and token-limits.lua.
--
-- KEYS 1-7: session, messages, lease, running, replay, turns, journal of the session that the caller named (else of the
--      new one)
--      8-12: messages, lease, running, turns, journal of the new session
--      13-18: the owner's rate, tokens, reservations, begun, index of sessions, pinned sessions
--      19:  idempotency record, where there is one
-- ARGV 1: JSON of what is asked: turn, named and fresh (session ids), must_exist, after (a turn, '' for none, or null),
--         fork ('no', 'yes' or 'if-moved'), ephemeral, temporary, assistant or null, default_assistant,
--         offers {assistant: {room, fixed_tokens, output_tokens, summary_tokens}}, message_tokens, brought_tokens,
--         output_tokens or null, title_tokens, asked_at (ms), fingerprint, key and implicit or null, takes_over (the turn
--         of the record, or null; the new session is then that turn's), settles
--         (steps that have to wait, {id, awaits} each), settles_outputs (whether all that wait for their output are among them), only_settles (one has to wait),
--         session_ms and use_ms, temporary_ms and temporary_use_ms (of a temporary session), lease_ms, replay_ms (after
--         the lease), record_ms and implicit_ms (of a record with and without a key of the caller's), turn_ms (the
--         longest), late_ms (what is asked beside a turn, behind it),
--         limits {requests_per_minute, tokens_per_minute, tokens_per_day}; 0 is none, summary_above (a part of the budget),
--         summary_costs {preface, separator} (tokens)
--      2: what the caller wants to be told again, or null
-- Returns {outcome, ...}: of 'begun' session id, '1' if it is new, assistant, window start, reserved tokens, limits as
-- JSON, title, the turn that it is forked behind ('' none, 'no' where it is no fork), brought items (a JSON each line),
-- summaries as JSON, tokens that are held back for a summary and for a title (0: none may be asked for), '1' if the session
-- is temporary, the journal that it goes on with (its name, then a JSON each line; '' none), the steps that wait for the
-- caller as JSON, window's messages...; of 'not-open' and 'without-output' a step, and what it does not wait for; of
-- 'limited' which limit, ms until a retry may succeed, limits as JSON; of 'repeated' session, turn, position or '', '1' if
-- it has called a tool; of 'in-doubt' how the turn failed
local session, messages, lease, running, replay, turns = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local journal, fresh_messages, fresh_lease, fresh_running = KEYS[7], KEYS[8], KEYS[9], KEYS[10]
local fresh_turns, fresh_journal, rate, tokens = KEYS[11], KEYS[12], KEYS[13], KEYS[14]
local reservations, begun_list, index, pinned, record = KEYS[15], KEYS[16], KEYS[17], KEYS[18], KEYS[19]
local ask = cjson.decode(ARGV[1])
for name, value in pairs(ask) do
  if value == cjson.null then ask[name] = nil end
end

-- `left`: the session of a turn that is taken over, and the name of its journal.
local is_ambiguous, left
if record then
  local seen = redis.call('HMGET', record, 'fingerprint', 'session', 'turn', 'position', 'ambiguous', 'journal', 'doubt')
  is_ambiguous = seen[5]
  if seen[1] and seen[3] ~= ask.turn then
    if not ask.implicit and seen[1] ~= ask.fingerprint then return { 'key-reused' } end
    if not ask.implicit or (ask.implicit == 'retry' and not seen[5]) then
      if seen[7] then return { 'in-doubt', seen[7] } end
      local holder = redis.call('HGET', seen[2] == ask.named and lease or fresh_lease, 'turn')
      local is_left = seen[6] and not seen[4] and seen[3] == ask.takes_over and holder ~= seen[3]
      if not is_left then return { 'repeated', seen[2], seen[3], seen[4] or '', seen[6] and '1' or '' } end
      left = { session = seen[2], journal = seen[6] }
    else
      is_ambiguous = ask.implicit ~= 'anew'
    end
  elseif seen[6] then
    left = { session = seen[2], journal = seen[6] }
  end
end

if ask.assistant and not ask.offers[ask.assistant] then return { 'unknown-assistant' } end
-- The answer to an earlier try was lost on its way: the turn has begun, and is counted.
local holder, fresh_holder = redis.call('HGET', lease, 'turn'), redis.call('HGET', fresh_lease, 'turn')
local again = holder == ask.turn or fresh_holder == ask.turn

local known = redis.call('HMGET', session, 'created', 'assistant', 'window_start', 'window_tokens', 'title', 'brought',
  'summaries', 'summary_until', 'summary_after', 'turns', 'temporary', 'open')
local exists = known[1]
if not exists and ask.must_exist and not again then return { holder and 'busy' or 'unknown-session' } end

-- Where the turn goes on: behind `position`, where that is not the session's end.
local position, is_fork
if exists and ask.after and holder ~= ask.turn then
  local last = redis.call('LINDEX', messages, -1)
  local last_turn = last and turn_of(last) or ''
  if ask.after ~= last_turn or ask.fork == 'yes' then
    local found = ask.after ~= '' and find_turn(messages, turns, ask.after)
    if found then
      position = turn_end(messages, found)
    elseif ask.after == '' then
      position = 0
    else
      return { holder == ask.after and 'busy' or 'unknown-turn' }
    end
    if ask.fork == 'no' then return { 'moved', last_turn } end
    -- A turn that is taken over goes on where it was, or nowhere.
    if left and left.session == ask.named and not ask.ephemeral then return { 'moved', last_turn } end
    is_fork = not ask.ephemeral
  end
elseif ask.after and ask.after ~= '' and not exists then
  return { holder == ask.after and 'busy' or 'unknown-turn' }
end
local is_apart = is_fork or ask.ephemeral
if not again and not is_apart and holder then return { 'busy' } end
local open = known[12] or '[]'
if position then open = open_before(messages, position) end
-- A turn that is taken over may have called them.
if not left and (#ask.settles > 0 or ask.settles_outputs) then
  local waits, settled, may_be_passed = {}, {}, not ask.only_settles
  for _, step in ipairs(cjson.decode(open)) do waits[step.id] = step.awaits end
  for _, step in ipairs(ask.settles) do may_be_passed = may_be_passed or waits[step.id] == step.awaits end
  for _, step in ipairs(ask.settles) do
    if waits[step.id] ~= step.awaits then
      local turn = string.sub(step.id, 1, 36)
      local found = may_be_passed and step.awaits == 'output' and find_turn(messages, turns, turn)
      -- The last turn's are open.
      local last = found and redis.call('LINDEX', messages, (position or 0) - 1)
      if not found or (position and found >= position) or turn_of(last) == turn then
        return { 'not-open', step.id, step.awaits }
      end
    end
    settled[step.id] = true
  end
  for _, step in ipairs(ask.settles_outputs and cjson.decode(open) or {}) do
    if step.awaits == 'output' and not settled[step.id] then return { 'without-output', step.id } end
  end
end
if exists and ask.assistant and known[2] and ask.assistant ~= known[2] then
  return { 'other-assistant', known[2] }
end

if exists and ask.temporary and not known[11] then return { 'not-temporary' } end
local is_temporary = known[11] or ask.temporary

local assistant = known[2] or ask.assistant or ask.default_assistant
local offer = ask.offers[assistant]
-- The session's assistant was taken off the offer.
if not offer then return { 'unknown-assistant' } end
if ask.message_tokens > offer.room then return { 'too-long', assistant } end

local window_start, window_tokens, summaries = known[3] or 0, known[4] or 0, known[7] or '[]'
if position then
  local floor, cost
  summaries, floor, cost = summaries_before(known[7], position, ask.summary_costs)
  window_start, window_tokens = window_before(messages, position, offer.room - cost, floor)
  window_tokens = window_tokens + cost
end
local brought = not position and known[6] or ''
local is_first = not exists or is_apart
local session_id = ask.named
if is_first then
  session_id, lease, running, journal = ask.fresh, fresh_lease, fresh_running, fresh_journal
end
local done, holders
if left then
  done = left.session == session_id and read_journal(journal, left.journal)
  local kept = redis.call('HMGET', journal, left.journal .. ':first', left.journal .. ':turns')
  if not done or (kept[1] ~= false) ~= is_first then return { 'gone' } end
  holders = kept[2]
end

local limits, states, refused = ask.limits, {}, nil
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]
local now_ms = math.floor(now_us / 1000)

local arrival
if limits.requests_per_minute > 0 then
  local wait_ms
  arrival, wait_ms, states[1] = admit_request(rate, limits.requests_per_minute, now_us)
  if wait_ms then refused = { 'limited', 'requests', wait_ms } end
end

local budget = offer.fixed_tokens + offer.room
local prompt = math.min(offer.fixed_tokens + ask.message_tokens + ask.brought_tokens + window_tokens, budget)
local reserve = 0
-- What is asked beside the answer. A summary: above this part of the budget, by one turn of a session at a time, and some
-- turns after one that failed. A title: by a turn that finds none.
local asides = { summary = 0, title = 0 }
local is_awaited = tonumber(known[8] or 0) > now_ms or tonumber(known[9] or 0) > tonumber(known[10] or 0)
local is_long = prompt > ask.summary_above * budget
if (offer.summary_tokens or 0) > 0 and not ask.ephemeral and is_long and (is_fork or not is_awaited) then
  asides.summary = prompt + offer.summary_tokens
end
local title = position ~= 0 and known[5] or ''
if title == '' and not ask.ephemeral and not is_temporary then asides.title = ask.title_tokens end
if limits.tokens_per_minute > 0 or limits.tokens_per_day > 0 then
  reserve = prompt + math.min(offer.output_tokens, ask.output_tokens or offer.output_tokens)
  local over = admit_tokens(tokens, reservations, limits, time, reserve, asides, states)
  refused = refused or over
end

if again then
  refused, arrival = nil, nil
  -- A summary that was late may have made the prompt another meanwhile: what is held back stays.
  local held = redis.call('HMGET', lease, 'reserved', 'summary_reserved', 'title_reserved')
  reserve = tonumber(held[1]) or reserve
  asides.summary, asides.title = tonumber(held[2]) or 0, tonumber(held[3]) or 0
end
local states_json = #states > 0 and cjson.encode(states) or '[]'
if refused then
  refused[4] = states_json
  return refused
end
-- The first write adds: where memory is full Redis refuses it, and the turn with it; what comes later it would let pass.
if arrival then count_request(rate, arrival, now_us) end
if reserve > 0 then
  redis.call('ZADD', reservations, now_ms + ask.lease_ms, ask.turn .. ':' .. reserve)
  for aside, held in pairs(asides) do
    local member = ask.turn .. '-' .. aside .. ':' .. held
    if held > 0 then redis.call('ZADD', reservations, now_ms + ask.lease_ms + ask.late_ms, member) end
  end
  -- Those that ended before today count nowhere any more.
  redis.call('ZREMRANGEBYSCORE', reservations, '-inf', '(' .. math.floor(time[1] / 86400) * 86400000)
  redis.call('PEXPIRE', reservations, ask.lease_ms + ask.late_ms + 86400000)
end

redis.call('HSET', lease, 'turn', ask.turn, 'reserved', reserve, 'summary_reserved', asides.summary,
  'title_reserved', asides.title)
redis.call('PEXPIRE', lease, ask.lease_ms)
redis.call('DEL', running)
local started = cjson.encode({
  type = 'turn-started', session_id = session_id, turn_id = ask.turn, assistant = assistant,
})
-- What the caller wants to be told stays as it stands, and so does a number that Lua would round.
local echo = ARGV[2] == 'null' and '' or ',"echo":' .. ARGV[2]
local took_over = ''
if left then
  local others = {}
  for turn in string.gmatch(holders, '[^,]+') do
    if turn ~= ask.turn then others[#others + 1] = turn end
  end
  took_over = ',"took_over":' .. cjson.encode(others)
  if not again then redis.call('HSET', journal, left.journal .. ':turns', holders .. ',' .. ask.turn) end
end
redis.call('RPUSH', running,
  string.sub(started, 1, -2) .. ',"asked_at":' .. string.format('%.0f', ask.asked_at) .. took_over .. echo .. '}')
redis.call('PEXPIRE', running, ask.lease_ms + ask.replay_ms)
if is_fork and left and not again then redis.call('DEL', fresh_messages, fresh_turns) end
if is_fork and not again then copy_turns(messages, fresh_messages, fresh_turns, position, ask.turn_ms) end
if record then
  redis.call('DEL', record)
  redis.call('HSET', record, 'fingerprint', ask.fingerprint, 'session', session_id, 'turn', ask.turn)
  if is_ambiguous then redis.call('HSET', record, 'ambiguous', 1) end
  if left then redis.call('HSET', record, 'journal', left.journal) end
  local kept_ms = ask.implicit and ask.implicit_ms or ask.record_ms
  redis.call('PEXPIRE', record, left and kept_ms or ask.lease_ms)
end

-- Whoever erases all that is the owner's finds it here.
redis.call('ZREMRANGEBYSCORE', begun_list, '-inf', now_ms)
local lasts_ms = ask.turn_ms + (is_temporary and ask.temporary_ms or 0)
if left then lasts_ms = ask.turn_ms + math.min(ask.use_ms, ask.record_ms) end
redis.call('ZADD', begun_list, now_ms + lasts_ms, 'lease:' .. session_id)
if record then
  local record_ms = ask.implicit and ask.implicit_ms or ask.record_ms
  redis.call('ZADD', begun_list, now_ms + ask.turn_ms + record_ms, 'key:' .. ask.key)
end
redis.call('PEXPIRE', begun_list, ask.turn_ms + ask.record_ms)

local begun = {
  'begun', session_id, is_first and '1' or '', assistant, tostring(window_start), tostring(reserve), states_json,
  title, is_fork and ask.after or 'no', brought, summaries,
  tostring(asides.summary), tostring(asides.title), is_temporary and '1' or '',
  left and left.journal .. '\n' .. done or '', open,
}
if exists and not is_apart then
  use_session({ session, messages, replay, turns }, index, pinned, session_id, ask.use_ms, ask.temporary_use_ms)
end
if exists then
  local last = (position or 0) - 1
  for _, message in ipairs(position == 0 and {} or redis.call('LRANGE', messages, window_start, last)) do
    begun[#begun + 1] = message
  end
end
return begun
