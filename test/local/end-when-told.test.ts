import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { endWhenTold } from '../../local/end-when-told.ts';
import { App } from '../../local/functions-core.ts';
import { HostServer, type Patience } from '../../local/host-server.ts';

const hour = 3_600_000;
const log = () => {};
const server = () =>
  new HostServer({ app: new App(), routes: [], httpUri: undefined, hasHomepage: true, cors: undefined, log });

let exits: unknown[];
let stops: Patience[];
let signal: (name: string) => void;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  exits = [];
  stops = [];
  const listeners = new Map<unknown, () => void>();
  vi.spyOn(process, 'on').mockImplementation((name, listener) => {
    listeners.set(name, listener);
    return process;
  });
  vi.spyOn(process, 'exit').mockImplementation((status) => {
    exits.push(status);
    return undefined as never;
  });
  signal = (name) => listeners.get(name)?.();
  // It has no end of its own, so that nothing but a signal ends the process.
  const busy = server();
  vi.spyOn(busy, 'stop').mockImplementation((patience) => {
    stops.push(patience);
    return new Promise(() => {});
  });
  endWhenTold(busy, new App(), { clients: hour, functions: hour });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('what npm passes on within 300 ms of the Ctrl-C that the terminal has sent counts once, and later ends at once', () => {
  signal('SIGINT');
  vi.advanceTimersByTime(300);
  signal('SIGINT');
  expect({ stops, exits }).toEqual({ stops: [{ clients: 2000, functions: 2000 }], exits: [] });
  vi.advanceTimersByTime(1);
  signal('SIGINT');
  expect({ told: stops.length, exits }).toEqual({ told: 1, exits: [1] });
});

test('SIGTERM has the patience that is given', () => {
  signal('SIGTERM');
  expect(stops).toEqual([{ clients: hour, functions: hour }]);
});

test('where nothing runs nothing is waited for, whatever the patience', async () => {
  const idle = server();
  await idle.listen(0, '127.0.0.1');
  expect(await idle.stop({ clients: hour, functions: hour })).toBe(0);
});
