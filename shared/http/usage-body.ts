import type { LimitUsage } from '../conversation/limits.ts';

/** Where a caller stands with each limit; what has none is absent. */
export function usageBody(limits: readonly LimitUsage[]): object {
  const requests = limits.find((limit) => limit.name === 'requests');
  const ofTokens = (name: LimitUsage['name']) => {
    const found = limits.find((limit) => limit.name === name);
    if (found === undefined || found.name === 'requests') return undefined;
    const { quota, used, reserved, remaining, reset } = found;
    return { limit: quota, used, reserved, remaining, reset_seconds: reset };
  };
  const [minute, day] = [ofTokens('tokens-per-minute'), ofTokens('tokens-per-day')];
  return {
    ...(requests && {
      requests: {
        limit: requests.quota,
        window_seconds: requests.window,
        remaining: requests.remaining,
        next_seconds: requests.next,
        reset_seconds: requests.reset,
      },
    }),
    ...((minute || day) && { tokens: { ...(minute && { minute }), ...(day && { day }) } }),
  };
}
