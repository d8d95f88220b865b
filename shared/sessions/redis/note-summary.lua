-- What the steps share that learn what came of a summary: when the next one may be asked for.
local function note_summary(session, outcome, turn, until_ms)
  redis.call('HDEL', session, 'summary_by', 'summary_until')
  if outcome == 'taken' then
    redis.call('HDEL', session, 'summary_after', 'summary_pause')
  elseif outcome == 'late' then
    redis.call('HSET', session, 'summary_by', turn, 'summary_until', until_ms)
  else
    local kept = redis.call('HMGET', session, 'turns', 'summary_pause')
    local pause = math.min(2 * (kept[2] or 1.5), 12)
    redis.call('HSET', session, 'summary_after', kept[1] + pause, 'summary_pause', pause)
  end
end
