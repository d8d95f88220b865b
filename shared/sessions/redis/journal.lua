-- What the steps share that know of journals: of what turns of a session did, in a hash. A journal's name is the turn that
-- began it: under it stands how many entries it has, and behind it each entry (`<name>:<position>`), the turns that held
-- it (`<name>:turns`, comma between them), and '1' where they are to make their session (`<name>:first`).

-- Writes entries behind so many others; one that stands there already is the same.
local function write_journal(journal, name, turn, is_first, position, entries, kept_ms)
  if redis.call('HSETNX', journal, name .. ':turns', turn) == 1 and is_first then
    redis.call('HSET', journal, name .. ':first', '1')
  end
  for place, entry in ipairs(entries) do
    redis.call('HSET', journal, name .. ':' .. position + place - 1, entry)
  end
  local count = math.max(tonumber(redis.call('HGET', journal, name) or 0), position + #entries)
  redis.call('HSET', journal, name, count)
  redis.call('PEXPIRE', journal, kept_ms)
end

-- The fields of a journal's entries.
local function entries_of(journal, name)
  local fields = {}
  for position = 0, tonumber(redis.call('HGET', journal, name) or 0) - 1 do
    fields[#fields + 1] = name .. ':' .. position
  end
  return fields
end

-- A journal's entries, a JSON each line; nil where there is none.
local function read_journal(journal, name)
  local fields = entries_of(journal, name)
  return #fields > 0 and table.concat(redis.call('HMGET', journal, unpack(fields)), '\n') or nil
end

local function drop_journal(journal, name)
  redis.call('HDEL', journal, name, name .. ':turns', name .. ':first', unpack(entries_of(journal, name)))
end
