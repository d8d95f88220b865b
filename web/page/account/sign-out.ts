import { forgetKept } from '../../../packages/parley-client/src/index.ts';
import { forgetCredentials } from './credentials.ts';

/**
 * Leaves the page with nothing of its user in the tab. Its place in the browser's history is that of what comes: going back
 * does not show the conversation again.
 *
 * @param endpoint of the platform, where that signed the user in; else the page is begun anew
 */
export function signOut(endpoint: string | undefined): void {
  forgetKept();
  forgetCredentials();
  const page = location.pathname;
  location.replace(endpoint === undefined ? page : `${endpoint}?post_logout_redirect_uri=${encodeURIComponent(page)}`);
}
