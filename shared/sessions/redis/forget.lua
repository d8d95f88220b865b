-- Erases some of what was set aside.
--
-- KEYS 1: the list that names it, 2: index, 3: begun, 4: pinned sessions, 5...: all keys of each member, one member after
--      the other
-- ARGV 1: JSON: members: of each its name in the list, its session (or null), and how many keys it has
local doomed, index, begun, pinned = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local of_members = { unpack(KEYS, 5) }
local at = 1
for _, member in ipairs(cjson.decode(ARGV[1]).members) do
  -- A record that is on the new list too belongs to a turn that began meanwhile.
  if member.session ~= cjson.null or not redis.call('ZSCORE', begun, member.name) then
    redis.call('UNLINK', unpack(of_members, at, at + member.keys - 1))
  end
  if member.session ~= cjson.null then
    redis.call('ZREM', index, member.session)
    redis.call('SREM', pinned, member.session)
  end
  redis.call('ZREM', doomed, member.name)
  at = at + member.keys
end
