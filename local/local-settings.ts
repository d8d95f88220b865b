import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import type { CorsSettings } from './cors.ts';
import { SetupError } from './setup-error.ts';

const localSettings = z.object({
  IsEncrypted: z.optional(z.literal(false, 'must be false: only Core Tools can decrypt it')),
  Values: z.optional(z.record(z.string(), z.string())),
  Host: z.optional(z.object({ CORS: z.optional(z.string()), CORSCredentials: z.optional(z.boolean()) })),
});

const hostJson = z.object({
  extensions: z.optional(z.object({ http: z.optional(z.object({ routePrefix: z.optional(z.string()) })) })),
});

/**
 * Adds what `local.settings.json` holds to an environment; a variable that is there already wins, even an empty one.
 *
 * @throws {SetupError} when the file is there and cannot be used.
 */
export async function addLocalSettings(environment: Record<string, string | undefined>): Promise<void> {
  const { Values = {} } = (await readJson('local.settings.json', localSettings)) ?? {};
  for (const [name, value] of Object.entries(Values)) environment[name] ??= value;
}

/**
 * What `Host` of `local.settings.json` says of pages of other origins: Core Tools' own keys.
 *
 * @throws {SetupError} when the file is there and cannot be used.
 */
export async function readCors(): Promise<CorsSettings | undefined> {
  const { CORS = '', CORSCredentials: credentials = false } =
    (await readJson('local.settings.json', localSettings))?.Host ?? {};
  const origins = CORS.split(',').filter((origin) => origin !== '');
  if (origins.length === 0) return undefined;
  const isOrigin = (text: string) => text === '*' || (URL.canParse(text) && new URL(text).origin === text);
  if (!origins.every(isOrigin)) {
    throw new SetupError(
      'local.settings.json: Host.CORS takes origins such as http://localhost:5173, with commas and no spaces between them, or *.',
    );
  }
  if (credentials && origins.includes('*')) {
    throw new SetupError(
      'local.settings.json: no browser takes * with CORSCredentials; Host.CORS has to name origins.',
    );
  }
  return { origins, credentials };
}

/**
 * The first part of all paths, `api` where host.json does not say.
 *
 * @throws {SetupError} when there is no host.json, or it cannot be used.
 */
export async function readRoutePrefix(): Promise<string> {
  const host = await readJson('host.json', hostJson);
  if (host === undefined)
    throw new SetupError(`There is no host.json in ${process.cwd()}: this is not a function app.`);
  return host.extensions?.http?.routePrefix ?? 'api';
}

async function readJson<T>(file: string, shape: z.ZodMiniType<T>): Promise<T | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const checked = z.safeParse(shape, parse(file, text));
  if (checked.success) return checked.data;
  throw new SetupError(`${file} cannot be used:\n${z.prettifyError(checked.error)}`);
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SetupError(`${file} is not JSON: ${(error as Error).message}`);
  }
}
