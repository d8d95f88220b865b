-- What begins a turn somewhere else than at the end of its session. Behind find-turn.lua and items.lua.

-- Of a session's summaries (JSON, or nothing) those that end before a position, as JSON, where the last one ends, and what
-- they cost a prompt with what stands before them (`preface`) and beside each (`separator`).
local function summaries_before(summaries, position, costs)
  local kept, floor, cost = {}, 0, costs.preface
  for _, summary in ipairs(summaries and cjson.decode(summaries) or {}) do
    if summary.to > position then break end
    kept[#kept + 1], floor, cost = summary, summary.to, cost + summary.tokens + costs.separator
  end
  if #kept == 0 then return '[]', 0, 0 end
  return cjson.encode(kept), floor, cost
end

-- The window before a position: the turn that ends there, whatever it has, and as many before it as have at most so many
-- tokens with it, and begin no earlier than the floor. Returns where it begins, and its tokens.
local function window_before(messages, position, budget, floor)
  local start, tokens, sum = position, 0, 0
  for last = position - 1, floor, -20 do
    local first = math.max(floor, last - 19)
    local block = redis.call('LRANGE', messages, first, last)
    for place = #block, 1, -1 do
      local message = cjson.decode(block[place])
      sum = sum + cost_of(message)
      for _, item in ipairs(message.items or {}) do sum = sum + cost_of(item) end
      if sum > budget and start < position then return start, tokens end
      if message.role == 'user' then start, tokens = first + place - 1, sum end
    end
  end
  return start, tokens
end

-- What waits for the caller behind the turn that ends before a position, as JSON: behind an earlier turn than the last an
-- approval waits no more, as what it allows may have been done; but what came of calls that the caller made itself it may
-- say there too.
local function open_before(messages, position)
  local answer = position > 0 and redis.call('LINDEX', messages, position - 1)
  if not answer or not string.find(answer, '"by_caller":true', 1, true) then return '[]' end
  local open = {}
  for _, step in ipairs(cjson.decode(answer).steps or {}) do
    if step.status == 'open' and step.by_caller then open[#open + 1] = { id = step.id, awaits = 'output' } end
  end
  return #open > 0 and cjson.encode(open) or '[]'
end

-- Copies a session's turns up to a position to where there is nothing yet; without what their caller thinks of them.
local function copy_turns(source, messages, turns, position, ttl_ms)
  local latest
  for first = 0, position - 1, 200 do
    local block = redis.call('LRANGE', source, first, math.min(first + 199, position - 1))
    redis.call('RPUSH', messages, unpack(block))
    local places = {}
    for place, message in ipairs(block) do
      local turn = turn_of(message)
      if turn ~= latest then
        places[#places + 1], places[#places + 2] = turn, first + place - 1
        latest = turn
      end
    end
    if #places > 0 then redis.call('HSET', turns, unpack(places)) end
  end
  for _, key in ipairs({ messages, turns }) do redis.call('PEXPIRE', key, ttl_ms) end
end
