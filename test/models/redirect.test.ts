import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { ScriptedUpstream } from '../upstream/scripted-upstream.ts';
import { apis, deployment } from './deployment.ts';
import { hear } from './hear.ts';

test.each(apis)(
  'an upstream of %s that sends a call elsewhere is not followed: the conversation goes nowhere else',
  async (api) => {
    const elsewhere = await ScriptedUpstream.start();
    const moved = createServer((request, response) => {
      response.writeHead(307, { location: `${elsewhere.origin}${request.url}` }).end();
    });
    await once(moved.listen(0, '127.0.0.1'), 'listening');
    const origin = `http://127.0.0.1:${(moved.address() as AddressInfo).port}`;
    try {
      const { text, thrown } = await hear(deployment(api, { origin }));
      expect(elsewhere.requests).toEqual([]);
      expect(text).toBe('');
      expect(thrown).toMatchObject({ code: 'internal' });
    } finally {
      moved.closeAllConnections();
      moved.close();
      await elsewhere.stop();
    }
  },
);
