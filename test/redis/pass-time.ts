import { Redis } from 'ioredis';

/** Takes so many milliseconds (ARGV 1) from what is left to every key, and from the times that its values hold. */
const AGE = `
local ms = tonumber(ARGV[1])
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 and left <= ms then
    redis.call('DEL', key)
  else
    if left >= 0 then redis.call('PEXPIRE', key, left - ms) end
    local kind = string.match(key, '}:(%a+)$')
    -- These hold microseconds, the others milliseconds.
    local unit = (kind == 'sessions' or kind == 'rate') and 1000 or 1
    if kind == 'rate' then
      redis.call('SET', key, string.format('%.3f', redis.call('GET', key) - ms * unit), 'KEEPTTL')
    elseif kind == 'sessions' or kind == 'begun' or kind == 'reservations' then
      for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do redis.call('ZINCRBY', key, -ms * unit, member) end
    end
  end
end`;

/**
 * Makes all that Parley keeps on these servers as old as if so many milliseconds had passed, in one step of each: what
 * ends by itself has ended for certain, and what does not has not, however fast or slow the machine is. Windows of limits
 * are those of the servers' clocks, which nobody sets.
 */
export async function passTime(urls: readonly string[], ms: number): Promise<void> {
  for (const url of urls) {
    const redis = new Redis(url);
    await redis.eval(AGE, 0, ms).finally(() => redis.disconnect());
  }
}
