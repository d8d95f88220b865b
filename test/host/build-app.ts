import { build } from '../../local/build.ts';
import { buildApp } from '../../local/build-app.ts';

/** Where the function app lies that the tests of the host itself run. */
export const fixtureBundle = '.cache/host-fixture/functions.js';

/** Builds what `startHost` runs, once for the whole run of the tests. */
export async function setup(): Promise<void> {
  await buildApp();
  await build({ entries: { functions: 'test/local/fixture-app.ts' }, directory: '.cache/host-fixture' });
}
