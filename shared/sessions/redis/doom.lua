-- Sets aside, in one moment, all that the owner's lists name, so that it can be erased step by step. What begins after
-- this moment is on new lists.
--
-- KEYS 1: index, 2: begun, 3 and 4: where each goes, 5: pinned sessions, of which the index has all that there are
-- ARGV 1: JSON: session_ms, record_ms
local index, begun, doomed_index, doomed_begun, pinned = unpack(KEYS)
local ask = cjson.decode(ARGV[1])
for _, lists in ipairs({ { index, doomed_index }, { begun, doomed_begun } }) do
  local source, doomed = unpack(lists)
  if redis.call('EXISTS', source) == 1 then
    if redis.call('EXISTS', doomed) == 0 then
      redis.call('RENAME', source, doomed)
    else
      -- Left by an erasure that broke off, or that is under way.
      redis.call('ZUNIONSTORE', doomed, 2, doomed, source)
      redis.call('DEL', source)
    end
    redis.call('PEXPIRE', doomed, ask.session_ms + ask.record_ms)
  end
end
redis.call('DEL', pinned)
