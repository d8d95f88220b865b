import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { embedTextInNode } from './embedded-text.ts';
import { addLocalSettings } from './local-settings.ts';

const usage = `What an operator does for a named user, on the deployment that the environment's settings name:

  npm run owner-data -- hash PART...        prints the owner's hash; docs/data-rights.md says which parts name a user
  npm run owner-data -- export OWNER        prints all that is the owner's, one session a line (JSON)
  npm run owner-data -- erase OWNER         erases all that is the owner's, turns under way included

OWNER is the hash. It needs OWNER_HASH_KEY of the deployment for \`hash\`, and its REDIS_URL for the others; local.settings.json
is read too. Exports and erasures are written to the audit log that the settings name.`;

const { positionals, values } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean' } } });
const [command, ...parts] = positionals;

async function main(): Promise<void> {
  await addLocalSettings(process.env);
  embedTextInNode();
  const { services } = await import('../shared/services.ts');
  const { exportSessions } = await import('../shared/conversation/export-sessions.ts');
  const { settings, hash, store, audit } = services();

  if (command === 'hash') {
    console.log(hash('owner', ...parts));
    return;
  }
  const [owner] = parts;
  if (owner === undefined || !/^[0-9a-f]{32}$/.test(owner)) throw new Error('OWNER is a hash: 32 hexadecimal digits.');
  if (settings.store.kind === 'memory')
    throw new Error('REDIS_URL is missing: there is nothing to be found in memory.');
  const asked = { owner, request_id: 'operator', session_id: null };
  if (command === 'export') {
    const lines = audit.recordedLines({ event: 'exported', ...asked }, exportSessions(store, owner));
    for await (const piece of lines) if (!process.stdout.write(piece)) await once(process.stdout, 'drain');
  } else {
    await audit.recorded({ event: 'all-deleted', ...asked }, () => store.erase(owner));
  }
  await audit.flush();
  await store.close();
}

if (values.help || command === undefined || !['hash', 'export', 'erase'].includes(command) || parts.length === 0) {
  console.log(usage);
  process.exitCode = values.help ? 0 : 2;
} else {
  await main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
