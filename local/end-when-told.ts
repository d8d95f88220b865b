import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from './functions-core.ts';
import type { HostServer, Patience } from './host-server.ts';
import { log } from './log.ts';

/** Whoever presses Ctrl-C wants to have the terminal back. */
const ofCtrlC: Patience = { clients: 2_000, functions: 2_000 };

/** The real host ends its worker this long after it was told. */
const hooksMs = 5_000;

/** Within this time npm passes on the Ctrl-C that the terminal has sent already, where its shell lets it. */
const sameMs = 300;

/** Ends as the platform does at SIGTERM, sooner at Ctrl-C, and at once when it is told again. */
export function endWhenTold(server: HostServer, app: App, patience: Patience): void {
  let toldAt: number | undefined;
  const tell = (given: Patience) => {
    if (toldAt === undefined) void end(server, app, given);
    else if (performance.now() - toldAt > sameMs) process.exit(1);
    toldAt ??= performance.now();
  };
  process.on('SIGTERM', () => tell(patience));
  process.on('SIGINT', () => tell(ofCtrlC));
}

async function end(server: HostServer, app: App, patience: Patience): Promise<void> {
  const left = await server.stop(patience);
  if (left > 0) log('warning', 'system', `${left} ${left === 1 ? 'function has' : 'functions have'} not ended.`);
  const told = app.runHooks('appTerminate', { hookData: {}, appHookData: {} });
  const late = sleep(hooksMs).then(() => log('warning', 'system', 'appTerminate has not ended.'));
  await Promise.race([told, late]);
  process.exit(0);
}
