import { type LocalHost, startHost } from '../host/start-host.ts';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { EmptyFolder } from './empty-folder.ts';

/** The local host, as somebody runs it whose pages come from elsewhere; its model says what it is told. */
export interface Service {
  upstream: ScriptedUpstream;
  host: LocalHost;
  stop(): Promise<void>;
}

/** @param origins of the pages that may call it */
export async function startService(...origins: string[]): Promise<Service> {
  const [upstream, directory] = await Promise.all([ScriptedUpstream.start(), EmptyFolder.make()]);
  await directory.write({
    'host.json': { version: '2.0', extensions: { http: { routePrefix: '' } } },
    'local.settings.json': { IsEncrypted: false, Host: { CORS: origins.join(',') } },
  });
  const env = { OPENAI_BASE_URL: upstream.baseUrl, OPENAI_MODEL: 'scripted' };
  const host = await startHost({ env, directory: directory.path });
  return {
    upstream,
    host,
    async stop() {
      await host.stop();
      await Promise.all([upstream.stop(), directory.remove()]);
    },
  };
}
