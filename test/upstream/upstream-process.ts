import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isWish, remember } from './remembering-model.ts';
import { echoOf, type Script } from './script.ts';
import { echo, lastMessageOf, ScriptedUpstream } from './scripted-upstream.ts';

const SLOW_MS = 20;

// Run by itself, this is a scripted model that echoes: npx node test/upstream/upstream-process.ts --port 9000 --delay-ms 5
// Imported, it starts that as a process of its own, so that a load does not slow down the model that it is put on.

/** Starts the echoing model in a process of its own. */
export async function startUpstreamProcess({ delayMs = 0 }: { delayMs?: number } = {}) {
  const file = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, [file, '--delay-ms', String(delayMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    baseUrl: `${line}/v1`,
    answerTo: echoOf,
    stop: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '0' }, 'delay-ms': { type: 'string', default: '0' } },
  });
  const delayMs = Number(values['delay-ms']);
  const upstream = await ScriptedUpstream.start((request) => {
    // A long run would otherwise remember every request.
    upstream.requests.length = 0;
    const message = lastMessageOf(request.body);
    return isWish(message) ? remember(request.body) : { ...echo(request), ...moodOf(message) };
  }, Number(values.port));
  console.log(upstream.origin);

  /** A message may ask for a slow answer. */
  function moodOf(message: string): Script {
    return { delayMs: message.startsWith('[slow]') ? SLOW_MS : delayMs };
  }
}
