/** What says who the user is, where it is not the platform: headers of every request. */
export type Credentials = Record<string, string>;

const KEY = 'parley:credentials';

/** Kept for the tab only. */
export function keepCredentials(credentials: Credentials): void {
  sessionStorage.setItem(KEY, JSON.stringify(credentials));
}

export function keptCredentials(): Credentials {
  return JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Credentials;
}

/**
 * The browser's `fetch` with these headers.
 *
 * @param onRefused called with what a 401 asks for: `WWW-Authenticate`, or nothing where the platform answered
 */
export function fetchWith(credentials: Credentials, onRefused: (challenge: string) => unknown): typeof fetch {
  return async (input, init) => {
    const headers = { ...(init?.headers as Record<string, string> | undefined), ...credentials };
    const response = await fetch(input, { ...init, headers });
    if (response.status === 401) onRefused(response.headers.get('WWW-Authenticate') ?? '');
    return response;
  };
}
