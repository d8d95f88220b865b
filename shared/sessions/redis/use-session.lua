-- What the steps of a turn share that go on with a session: it is kept for another `use_ms`, and so are the owner's lists:
-- the index, which has it as one whose latest turn was at most so long ago, and what is pinned.
local function use_session(session_keys, index, pinned, session_id, use_ms)
  for _, key in ipairs(session_keys) do redis.call('PEXPIRE', key, use_ms) end
  for _, list in ipairs({ index, pinned }) do redis.call('PEXPIRE', list, use_ms) end
  local time = redis.call('TIME')
  local oldest = time[1] * 1000000 + time[2] - use_ms * 1000
  local latest = redis.call('ZSCORE', index, session_id)
  if latest and tonumber(latest) < oldest then redis.call('ZADD', index, oldest, session_id) end
end
