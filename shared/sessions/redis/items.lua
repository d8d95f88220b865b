-- What the steps share that know of what a caller brought: items, each a JSON on a line of its own.

-- What a text costs a prompt. It has at most as many tokens as bytes; beside it, a message costs 4, and a call 12.
local function cost_of(text)
  local call = text.call
  local bytes = #text.content + (call and #call.name + #call.arguments + 12 or 0)
  return (text.tokens or bytes) + 4
end

-- Whether more items can be brought. `most` says how many at once, and how many there may be, of how many bytes.
local function is_room(brought, items, most)
  local _, breaks = string.gsub(brought, '\n', '\n')
  local count, bytes = breaks + 1, #brought
  if brought == '' then count, bytes = 0, -1 end
  for _, item in ipairs(items) do bytes = bytes + 1 + #item end
  return #items <= most.at_once and count + #items <= most.items and bytes <= most.bytes
end

-- Puts items behind those that were brought before.
local function bring_items(session, brought, items)
  if #items == 0 then return end
  local cost = 0
  for _, item in ipairs(items) do cost = cost + cost_of(cjson.decode(item)) end
  local lines = table.concat(items, '\n')
  redis.call('HSET', session, 'brought', brought == '' and lines or brought .. '\n' .. lines)
  redis.call('HINCRBY', session, 'window_tokens', cost)
end

-- Whether items of this block are among what was brought. Within a text, a quote has a backslash before it.
local function is_among(brought, block) return string.find(brought, '"id":"' .. block .. '-', 1, true) ~= nil end

-- Whether a message has taken up items of this block.
local function took_up(message, block)
  if not is_among(message, block) then return false end
  for _, item in ipairs(cjson.decode(message).items or {}) do
    if string.sub(item.id, 1, #block) == block then return true end
  end
  return false
end
