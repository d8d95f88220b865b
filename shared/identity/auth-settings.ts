import type { Environment, EnvironmentReader } from '../platform/environment.ts';

/** How callers are known. */
export type AuthSettings =
  | { mode: 'open' | 'key' | 'easyauth' }
  | { mode: 'jwt'; issuer: string; audience: string; jwksUrl: string | undefined };

export function readAuthSettings(environment: EnvironmentReader, inAzure: boolean): AuthSettings {
  const { faults } = environment;
  const mode = environment.choice('AUTH_MODE', ['open', 'key', 'easyauth', 'jwt']);
  if (inAzure && mode === 'open') {
    faults.push('AUTH_MODE is missing, or open, which is refused in Azure: it would let anyone in');
  }
  if (mode === 'easyauth' && environment.text('WEBSITE_AUTH_ENABLED')?.toLowerCase() !== 'true') {
    faults.push(
      'AUTH_MODE=easyauth needs App Service authentication to be on: the platform then sets WEBSITE_AUTH_ENABLED',
    );
  }
  const issuer = environment.privateUrl('AUTH_ISSUER');
  const jwksUrl = environment.privateUrl('AUTH_JWKS_URL');
  const audience = environment.text('AUTH_AUDIENCE');
  if (mode !== 'jwt') return { mode };
  if (environment.text('AUTH_ISSUER') === undefined || audience === undefined) {
    faults.push('AUTH_MODE=jwt needs AUTH_ISSUER and AUTH_AUDIENCE beside it');
  }
  return { mode, issuer: issuer ?? '', audience: audience ?? '', jwksUrl };
}

/**
 * Whether the platform asks callers for a function key. It is said when functions are registered, before the settings
 * are read and judged.
 */
export function readAuthLevel(environment: Environment): 'function' | 'anonymous' {
  return environment['AUTH_MODE']?.trim() === 'key' ? 'function' : 'anonymous';
}
