import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { english, type Strings } from '../../packages/parley-client/src/react/english.ts';
import * as others from '../../packages/parley-client/src/react/languages/index.ts';
import { failureKinds } from '../../shared/conversation/failure.ts';

/** Faults in what a client sends, of which this one has none. */
const untold = ['invalid-json', 'invalid-encoding', 'invalid-idempotency-key', 'unsupported-media-type'];
const contract = parse(await readFile('openapi.yaml', 'utf8'));
const codes: string[] = contract.components.schemas.Problem.properties.code.enum;

test('the contract names each code that the service answers with', () => {
  expect(codes.toSorted()).toEqual(Object.keys(failureKinds).toSorted());
});

describe.each(Object.entries<Strings>({ english, ...others }))('in %s', (_, table) => {
  test.each(codes.filter((code) => !untold.includes(code)))('users are told of %s', (code) => {
    expect(table).toHaveProperty([code]);
  });
});
