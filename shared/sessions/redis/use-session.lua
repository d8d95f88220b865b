-- What the steps share that go on with a session: it is kept for another `use_ms`, and so are the owner's lists: the index,
-- which has it as one whose latest turn was at most so long ago, and what is pinned. A temporary one, which is on neither,
-- is kept for another `temporary_ms`, or no longer where there is none.
local function use_session(session_keys, index, pinned, session_id, use_ms, temporary_ms)
  if redis.call('HEXISTS', session_keys[1], 'temporary') == 1 then
    if temporary_ms then
      for _, key in ipairs(session_keys) do redis.call('PEXPIRE', key, temporary_ms) end
    end
    return
  end
  for _, key in ipairs(session_keys) do redis.call('PEXPIRE', key, use_ms) end
  for _, list in ipairs({ index, pinned }) do redis.call('PEXPIRE', list, use_ms) end
  local time = redis.call('TIME')
  local oldest = time[1] * 1000000 + time[2] - use_ms * 1000
  local latest = redis.call('ZSCORE', index, session_id)
  if latest and tonumber(latest) < oldest then redis.call('ZADD', index, oldest, session_id) end
end
