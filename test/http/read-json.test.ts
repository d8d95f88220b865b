import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpRequest } from '@azure/functions';
import { describe, expect, test } from 'vitest';
import { readJson } from '../../shared/http/read-json.ts';
import { cpuMs } from '../cpu-ms.ts';

/** A request as the platform hands it over, its body in pieces. */
function requestOf(type: string, pieces: AsyncIterable<string> | Iterable<string> = ['{"a":1}']): HttpRequest {
  const body = ReadableStream.from(pieces).pipeThrough(new TextEncoderStream());
  return { headers: new Headers({ 'content-type': type }), body } as unknown as HttpRequest;
}

describe('the type of a body', () => {
  test.each([
    ...[
      'application/json',
      'application/json;',
      'Application/JSON ; Charset="UTF-8"',
      'application/json;charset=utf-8;',
    ],
    ...['application/json; charset = utf-8', `application/json${' '.repeat(9000)};${' '.repeat(9000)}charset=utf-8`],
  ])('is read where it is %s', async (type) => {
    expect(await readJson(requestOf(type), 100)).toEqual({ a: 1 });
  });

  test.each([
    ...['', 'text/plain', 'application/jsonx', 'application/json/x', 'application/json; charset=latin1', 'json'],
    ...[
      'application/json, text/plain',
      'application/json; charset',
      'application/json; charset="utf-8',
      'application/json; x=utf-8',
    ],
    ...['application/json; charset=utf-8; charset=utf-16', ';application/json', 'application/problem+json'],
  ])('is refused where it is %s', async (type) => {
    await expect(readJson(requestOf(type), 100)).rejects.toMatchObject({ code: 'unsupported-media-type' });
  });

  test.each(['application/json', 'application/json;', 'application/json;charset', 'application/json;charset=utf-8'])(
    'is judged in no time, however long it is: %s and spaces',
    async (type) => {
      const judge = async () => {
        const request = requestOf(`${type}${' '.repeat(30_000)}x`);
        await expect(readJson(request, 100)).rejects.toMatchObject({ code: 'unsupported-media-type' });
      };
      expect(await cpuMs(judge)).toBeLessThan(100);
    },
  );
});

describe('a body that turns out to be over the limit', () => {
  const piece = 'a'.repeat(1000);
  const tooLarge = { code: 'body-too-large' };

  test('is read to its end, and then refused', async () => {
    let sent = 0;
    function* pieces() {
      for (; sent < 500; sent += 1) yield piece;
    }
    await expect(readJson(requestOf('application/json', pieces()), 2000)).rejects.toMatchObject(tooLarge);
    expect(sent).toBe(500);
  });

  test('is given up where it has no end', async () => {
    let sent = 0;
    function* endless() {
      for (;;) {
        sent += 1;
        yield piece;
      }
    }
    const bounds = { bytes: 50_000, ms: 60_000 };
    await expect(readJson(requestOf('application/json', endless()), 2000, bounds)).rejects.toMatchObject(tooLarge);
    expect(sent).toBeGreaterThanOrEqual(50);
    expect(sent).toBeLessThan(70);
  });

  test('is given up where nothing more comes of it', async () => {
    async function* stuck() {
      yield piece.repeat(3);
      await sleep(60_000, undefined, { ref: false });
    }
    const bounds = { bytes: 50_000, ms: 50 };
    await expect(readJson(requestOf('application/json', stuck()), 2000, bounds)).rejects.toMatchObject(tooLarge);
  });
});
