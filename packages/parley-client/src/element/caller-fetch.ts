/** A bearer token, or what gets one: it is asked before each request. */
export type Token = string | (() => string | undefined | Promise<string | undefined>);

/** What says who the caller is. */
export interface Caller {
  /** By default the browser's own. */
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly token: Token | undefined;
}

/** Sends each request as the caller that there is by then. */
export function fetchOf(caller: Caller): typeof globalThis.fetch {
  return async (input, init) => {
    const token = typeof caller.token === 'function' ? await caller.token() : caller.token;
    const send = caller.fetch ?? globalThis.fetch;
    if (token === undefined) return await send(input, init);
    // The client's own are a plain object, and so are these: whatever sends them can add to them.
    const headers = { ...(init?.headers as Record<string, string> | undefined), Authorization: `Bearer ${token}` };
    return await send(input, { ...init, headers });
  };
}
