import type { IncomingMessage } from 'node:http';

/** Which pages of other origins may call, as Core Tools read it from `Host` of local.settings.json. */
export interface CorsSettings {
  /** Such as `http://localhost:5173`; `*` is any. */
  origins: readonly string[];
  /** Whether they may send cookies. */
  credentials: boolean;
}

/** A browser asks before a call: it is answered without a function, 204. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && 'origin' in headers && 'access-control-request-method' in headers;
}

/**
 * Headers that any answer to a request has, as ASP.NET Core's CORS writes them for Core Tools: any method and any header
 * may be sent, and no header of the answer is exposed.
 */
export function corsHeaders({ origins, credentials }: CorsSettings, request: IncomingMessage): Record<string, string> {
  const { origin, ...headers } = request.headers;
  const isAny = origins.includes('*');
  if (origin === undefined || !(isAny || origins.includes(origin))) return {};
  const { 'access-control-request-method': method, 'access-control-request-headers': asked } = headers;
  return {
    'Access-Control-Allow-Origin': isAny ? '*' : origin,
    ...(credentials ? { 'Access-Control-Allow-Credentials': 'true' } : {}),
    ...(!isAny && origins.length > 1 ? { Vary: 'Origin' } : {}),
    ...(isPreflight(request) && method !== undefined ? { 'Access-Control-Allow-Methods': method } : {}),
    ...(isPreflight(request) && asked !== undefined ? { 'Access-Control-Allow-Headers': asked } : {}),
  };
}
