import { once } from 'node:events';
import { app, type HttpRequest } from '@azure/functions';

// A function app with one function for each thing that the tests of the host ask about.

async function inspect(request: HttpRequest) {
  return {
    jsonBody: {
      url: request.url,
      method: request.method,
      params: request.params,
      query: [...request.query],
      headers: Object.fromEntries(request.headers),
      body: request.body === null ? null : Buffer.from(await request.arrayBuffer()).toString('latin1'),
    },
  };
}

app.setup({ enableHttpStream: true });
app.http('inspect', { methods: ['GET', 'POST'], route: 'inspect/{first}/{second}', handler: inspect });
app.http('unnamed-route', { methods: ['GET'], handler: inspect });

// Of two routes that match, the function whose name comes first answers.
app.http('b-literal', { methods: ['GET'], route: 'first/literal', handler: async () => ({ body: 'literal' }) });
app.http('a-parameter', { methods: ['GET'], route: 'first/{any}', handler: async () => ({ body: 'parameter' }) });
app.http('c-post', { methods: ['POST'], route: 'first/{any}', handler: async () => ({ body: 'posted' }) });

app.http('vary', { methods: ['GET'], handler: async () => ({ headers: { Vary: 'Accept-Encoding' } }) });

app.http('count-body', {
  methods: ['POST'],
  handler: async (request) => {
    let bytes = 0;
    for await (const chunk of request.body ?? []) bytes += chunk.length;
    return { body: String(bytes) };
  },
});

/** A stream that waits in its midst until a test lets it go on. */
interface Gate {
  opened: PromiseWithResolvers<void>;
  progress: 'begun' | 'waiting' | 'ended';
}

const gates = new Map<string, Gate>();

function gateOf(name: string | undefined): Gate {
  const gate = gates.get(name ?? '') ?? { opened: Promise.withResolvers<void>(), progress: 'begun' };
  gates.set(name ?? '', gate);
  return gate;
}

async function* speak(gate: Gate) {
  yield Buffer.from('before\n');
  gate.progress = 'waiting';
  await gate.opened.promise;
  yield Buffer.from('after\n');
  gate.progress = 'ended';
  console.log('the function has ended');
}

app.http('gated', {
  methods: ['GET'],
  route: 'gated/{name}',
  handler: async ({ params }) => ({
    headers: { 'content-type': 'text/event-stream' },
    body: ReadableStream.from(speak(gateOf(params['name']))),
  }),
});
app.http('silent', {
  methods: ['GET'],
  route: 'silent/{name}',
  handler: async ({ params }) => ({
    body: ReadableStream.from(
      (async function* () {
        await gateOf(params['name']).opened.promise;
        yield Buffer.from('first words');
      })(),
    ),
  }),
});
app.http('flood', {
  methods: ['GET'],
  route: 'flood/{name}',
  handler: async ({ params }) => ({
    body: ReadableStream.from(
      (async function* () {
        // 32 MB: more than what sockets hold.
        for (let n = 0; n < 512; n += 1) yield Buffer.alloc(65_536);
        gateOf(params['name']).progress = 'ended';
      })(),
    ),
  }),
});
app.http('open-gate', {
  methods: ['POST'],
  route: 'open-gate/{name}',
  handler: async ({ params }) => {
    gateOf(params['name']).opened.resolve();
    return { status: 204 };
  },
});
app.http('progress', {
  methods: ['GET'],
  route: 'progress/{name}',
  handler: async ({ params }) => ({ body: gateOf(params['name']).progress }),
});

// Where a host accepts no more requests, a signal opens this one.
process.once('SIGUSR2', () => gateOf('opened-at-the-end').opened.resolve());

app.http('until-told-to-end', {
  methods: ['GET'],
  handler: async () => {
    console.log('waits to be told');
    await once(process, 'SIGTERM');
    return { body: 'in the end' };
  },
});
app.http('setting', {
  methods: ['GET'],
  handler: async () => ({ jsonBody: [process.env['FIRST'], process.env['SECOND']] }),
});
app.http('throws', {
  methods: ['GET'],
  handler: () => {
    throw new Error('a bug');
  },
});
app.http('breaks-off', {
  methods: ['GET'],
  handler: async () => ({
    body: ReadableStream.from(
      (async function* () {
        yield Buffer.from('begun');
        throw new Error('a fault in mid-stream');
      })(),
    ),
  }),
});
// biome-ignore lint/suspicious/noExplicitAny: a handler that returns nothing is what the types forbid
app.http('returns-nothing', { methods: ['GET'], handler: (async () => undefined) as any });

app.hook.appStart(() => console.log('the app was told of its start'));
app.hook.preInvocation(({ hookData }) => {
  hookData['by'] = 'hooks';
});
app.hook.postInvocation((context) => {
  if (context.invocationContext.functionName !== 'hooked') return;
  context.result = { body: `${(context.result as { body: string }).body} ${context.hookData['by']}` };
});
let beforeTheEnd: Promise<void> | undefined;
app.http('never-let-the-app-end', {
  methods: ['GET'],
  handler: async () => {
    beforeTheEnd = new Promise(() => {});
    return { status: 204 };
  },
});
app.hook.appTerminate(() => {
  console.log('the app was told of its end');
  return beforeTheEnd;
});
app.http('hooked', { methods: ['GET'], handler: async () => ({ body: 'changed by' }) });
