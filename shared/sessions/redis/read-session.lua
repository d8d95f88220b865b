-- What the steps share that tell of a session: nil where there is none, else the time (ms) at which it is forgotten unless
-- it is used again, how many messages it has, and its fields.
local function read_session(session, messages)
  local fields = redis.call('HMGET', session, 'created', 'updated', 'turns', 'title', 'assistant', 'forked_from',
    'pinned', 'temporary', 'metadata', 'brought', 'summaries')
  if not fields[1] then return nil end
  local time = redis.call('TIME')
  local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
  return { now_ms + redis.call('PTTL', session), redis.call('LLEN', messages), unpack(fields) }
end
