/** What says who the user is, where it is not the platform: headers of every request. */
export type Credentials = Record<string, string>;

const KEY = 'parley:credentials';

/** Kept for the tab only. */
export function keepCredentials(credentials: Credentials): void {
  sessionStorage.setItem(KEY, JSON.stringify(credentials));
}

export function forgetCredentials(): void {
  sessionStorage.removeItem(KEY);
}

export function keptCredentials(): Credentials {
  return JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Credentials;
}

/** Whom they name, so that another user is known from the same one with a new key or token. */
export function callerOf({ 'x-user-id': user, Authorization: bearer = '' }: Credentials): string {
  try {
    const { iss, sub } = JSON.parse(atob((bearer.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')));
    return JSON.stringify([iss, sub]);
  } catch {
    return user ?? bearer;
  }
}

/**
 * The browser's `fetch` with these headers.
 *
 * @param onRefused called with what a 401 asks for: `WWW-Authenticate`, or nothing where the platform answered; and
 * whether the user was known before
 */
export function fetchWith(
  credentials: Credentials,
  onRefused: (challenge: string, wasKnown: boolean) => unknown,
): typeof fetch {
  let wasKnown = false;
  return async (input, init) => {
    const headers = { ...(init?.headers as Record<string, string> | undefined), ...credentials };
    const response = await fetch(input, { ...init, headers });
    if (response.status === 401) onRefused(response.headers.get('WWW-Authenticate') ?? '', wasKnown);
    else wasKnown = true;
    return response;
  };
}
