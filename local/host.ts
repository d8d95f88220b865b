import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { readSettings } from '../shared/settings.ts';
import { endWhenTold } from './end-when-told.ts';
import { App, provideFunctionsCore } from './functions-core.ts';
import { HostServer } from './host-server.ts';
import { addLocalSettings, readCors, readRoutePrefix } from './local-settings.ts';
import { log } from './log.ts';
import { onLoopback } from './on-loopback.ts';
import { type Route, routesOf } from './routes.ts';
import { SetupError } from './setup-error.ts';

// Runs the function app in the current directory without Core Tools; docs/local-host.md says what it models.

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    port: { type: 'string', default: '7071' },
    host: { type: 'string', default: '127.0.0.1' },
    bundle: { type: 'string' },
    'local-settings': { type: 'boolean', default: true },
    // Seconds from SIGTERM on, as measured on the platform; a turn ends within 220 s.
    'cut-after': { type: 'string', default: '30' },
    'end-after': { type: 'string', default: '240' },
  },
});

async function main(): Promise<void> {
  if (options['local-settings']) await addLocalSettings(process.env);
  const cors = options['local-settings'] ? await readCors() : undefined;
  const prefix = await readRoutePrefix();
  // Whoever brings a bundle needs no builder.
  if (options.bundle === undefined) await (await import('./build-app.ts')).buildApp();

  const registered = provideFunctionsCore(log);
  const httpUri = await load(registered, options.bundle ?? resolve(import.meta.dirname, '../dist/functions.js'));
  // What an app registered before it broke counts for nothing.
  const app = httpUri === undefined ? new App() : registered;
  const routes = routesOf(app.functions.values(), prefix);
  const hasHomepage = process.env['AzureWebJobsDisableHomepage']?.toLowerCase() !== 'true';
  const chatPage = routes.find(({ methods, path }) => methods.includes('GET') && path === 'chat')?.path;
  const server = new HostServer({ app, routes, httpUri, hasHomepage, chatPage, cors, log });
  const port = await server.listen(Number(options.port), options.host);
  endWhenTold(server, app, {
    clients: 1000 * Number(options['cut-after']),
    functions: 1000 * Number(options['end-after']),
  });

  const url = `http://${options.host}:${port}`;
  for (const line of routes.flatMap((route) => describeRoute(route, url))) console.log(line);
  const state = httpUri === undefined ? ', but the app was not loaded: every path is 404' : ` ${describeSettings()}`;
  console.log(`Parley listens on ${url}${state}`);
  // No browser goes to the address that stands for all of a machine's.
  if (chatPage !== undefined) console.log(`Chat page: ${url.replace('//0.0.0.0:', '//localhost:')}/${chatPage}`);
}

/**
 * Loads the bundle as the worker does, and has the library start the server that requests are forwarded to.
 *
 * @returns the address of that server; none where the app broke, which ends neither the real host nor this one
 */
async function load(app: App, bundle: string): Promise<string | undefined> {
  try {
    await import(pathToFileURL(bundle).href);
  } catch (error) {
    if (error instanceof SetupError) throw error;
    console.error(explain(error as Error));
    return undefined;
  }
  const { model } = app;
  if (model === undefined) throw new SetupError(`${bundle} registers no function.`);
  const { HttpUri } = await onLoopback(() => model.getCapabilities({}));
  if (HttpUri === undefined) {
    throw new SetupError('The local host streams: the app has to call app.setup({ enableHttpStream: true }).');
  }
  await app.runHooks('appStart', { hookData: {}, appHookData: {}, functionAppDirectory: process.cwd() });
  return HttpUri;
}

function describeRoute({ called, methods, path }: Route, url: string): string[] {
  return methods.map((method) => `${method.padEnd(7)} ${url}/${path}  ${called.name}`);
}

function describeSettings(): string {
  const { store, model } = readSettings(process.env);
  const sessions = store.kind === 'redis' ? `Redis at ${new URL(store.url).host}` : 'the memory of this process';
  const answers = model.kind === 'demo' ? 'the demo model' : `${model.model} at ${new URL(model.baseUrl).host}`;
  return `with sessions in ${sessions}, answers from ${answers}`;
}

try {
  await main();
} catch (error) {
  console.error(explain(error as Error));
  process.exit(1);
}

/** Faults of the setup need one message; anything else is a bug, and needs its stack. */
function explain(error: Error): string {
  if ('code' in error && error.code === 'EADDRINUSE')
    return `Port ${options.port} is in use; --port N chooses another.`;
  // esbuild has told them all.
  if ('errors' in error) return 'The app cannot be built.';
  // The bundle has a SettingsError class of its own.
  const isSetup = error instanceof SetupError || error.name === 'SettingsError';
  return isSetup ? error.message : (error.stack ?? error.message);
}
