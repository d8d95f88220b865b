import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Model } from '../../shared/conversation/ports/model.ts';
import type { Tool } from '../../shared/conversation/ports/toolbox.ts';
import { RedisConnection } from '../../shared/sessions/redis/redis-connection.ts';
import { RedisSessionStore } from '../../shared/sessions/redis/redis-session-store.ts';
import { eventually } from '../eventually.ts';
import { RedisServer } from '../redis/redis-server.ts';
import { Gate } from '../upstream/script.ts';
import { Conversation, rules } from './conversation.ts';
import { ActingModel } from './steps/acting-model.ts';
import { testTool } from './steps/test-tools.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.stop());

class CountedConnection extends RedisConnection {
  roundTrips = 0;

  override run<T>(commands: Parameters<typeof RedisConnection.prototype.run<T>>[0]): Promise<T> {
    this.roundTrips += 1;
    return super.run(commands);
  }
}

/** A store whose renewals of leases do not count: how many there are depends on how long a turn takes. */
class CountedStore extends RedisSessionStore {
  readonly #connection: CountedConnection;

  constructor(connection: CountedConnection) {
    super(connection, rules);
    this.#connection = connection;
  }

  override extend(...asked: Parameters<RedisSessionStore['extend']>) {
    const extended = super.extend(...asked);
    if (asked[2] === undefined) this.#connection.roundTrips -= 1;
    return extended;
  }
}

function start(tools: Tool[] = []) {
  const gate = new Gate();
  const model: Model & { isLate: boolean } = {
    name: 'naming',
    isLate: false,
    async stream(_, { purpose }, __, tell) {
      tell({ type: 'asked' });
      if (purpose === 'title' && this.isLate) await gate.passed;
      // By then a title that comes at once has come.
      if (purpose !== 'title') await new Promise((resolve) => setImmediate(resolve));
      tell({ type: 'delta', text: purpose === 'title' ? 'Named' : 'Yes.' });
      tell({ type: 'end', finishReason: 'stop' });
    },
  };
  const connection = new CountedConnection({ url: server.url, cluster: false, waitReplicas: 0, auth: 'url' });
  const store = new CountedStore(connection);
  return { model, gate, connection, store, conversation: new Conversation(model, { store, tools }) };
}

test.each([
  ['without a title', false, 'Hi'],
  ['with one that is there in time', true, 'Named'],
])('a first turn %s costs two round trips', async (_, isTitled, title) => {
  const { connection, store, conversation } = start();
  const { sessionId } = await conversation.talk('Hi', { isTitled });
  expect(connection.roundTrips).toBe(2);
  expect(await store.session(conversation.owner, sessionId)).toMatchObject({ summary: { title } });
  await store.close();
});

test('one that is late costs another, behind its turn', async () => {
  const { model, gate, connection, store, conversation } = start();
  model.isLate = true;
  await conversation.talk('Hi', { isTitled: true });
  expect(connection.roundTrips).toBe(2);
  gate.open();
  await eventually(() => connection.roundTrips === 3);
  await store.close();
});

test('a later turn costs two round trips, and asks for nothing more, whether or not it would be titled', async () => {
  const { connection, store, conversation } = start();
  const { sessionId } = await conversation.talk('Hi', { isTitled: true });
  connection.roundTrips = 0;
  await conversation.talk('More', { isTitled: true, sessionId });
  expect(connection.roundTrips).toBe(2);
  await store.close();
});

test('tools that are not called cost none, and a round of calls costs one before and one behind each', async () => {
  const tools = [testTool('pay')] as const;
  const { connection, store, conversation } = start([...tools]);
  await conversation.talk('Hi');
  expect(connection.roundTrips).toBe(2);
  connection.roundTrips = 0;
  const acting = new ActingModel(
    { calls: [['pay', {}]] },
    {
      calls: [
        ['pay', {}],
        ['pay', {}],
      ],
    },
  );
  await new Conversation(acting, { store, tools: [...tools] }).talk('Pay');
  // Results that come together are written together.
  expect(connection.roundTrips).toBeLessThanOrEqual(2 + 2 + 3);
  expect(tools[0].received).toHaveLength(3);
  await store.close();
});
