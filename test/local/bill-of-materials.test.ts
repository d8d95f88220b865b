import { readdir, readFile } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import { checkLicences } from '../../local/licences.ts';
import { makePackage } from '../../local/package.ts';
import { packageOf } from '../../local/shipped-packages.ts';

const made = '.cache/bill-of-materials';
const schemas = 'node_modules/@cyclonedx/cyclonedx-library/res/schema';

interface Component {
  'bom-ref': string;
  group?: string;
  name: string;
  version: string;
  purl: string;
  licenses: { license: { id: string } }[];
  hashes: { alg: string; content: string }[];
  /** What it has inside its own files. */
  components?: Pick<Component, 'name' | 'version' | 'purl'>[];
}

interface Bill {
  metadata: { component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn?: string[] }[];
}

interface Locked {
  packages: Record<string, { version: string; integrity: string; license?: string; dev?: true }>;
}

const json = async <T>(path: string): Promise<T> => JSON.parse(await readFile(path, 'utf8'));

const nameOf = ({ group, name, version }: Component) => `${group === undefined ? '' : `${group}/`}${name}@${version}`;

describe('the package that is deployed', () => {
  let bill: Bill;
  let locked: Locked['packages'];
  beforeAll(async () => {
    await makePackage(made);
    bill = await json(join(made, 'bom.json'));
    locked = (await json<Locked>('package-lock.json')).packages;
  });

  test('says what it is made of, as CycloneDX 1.6 wants it said', async () => {
    const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
    for (const part of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json']) {
      ajv.addSchema(await json<object>(join(schemas, part)), `http://cyclonedx.org/schema/${part}`);
    }
    const validate = ajv.compile(await json<object>(join(schemas, 'bom-1.6.SNAPSHOT.schema.json')));
    validate(bill);
    expect(validate.errors).toBeNull();
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    expect(nameOf(bill.metadata.component)).toBe(`parley@${(await json<{ version: string }>('package.json')).version}`);
  });

  test('lists every package that its bundle has a line of, by the bundle’s own source maps', async () => {
    const maps = (await readdir(made)).filter((name) => name.endsWith('.map'));
    const sources = await Promise.all(maps.map((name) => json<{ sources: string[] }>(join(made, name))));
    const packages = sources.flatMap(({ sources }) => sources.map((path) => packageOf(normalize(join(made, path)))));
    const bundled = new Set(
      packages.filter((path): path is string => path !== undefined && !isHeld(path)).map(lockedName),
    );
    expect(bundled.size).toBeGreaterThan(50);
    expect([...bundled].filter((name) => !bill.components.map(nameOf).includes(name))).toEqual([]);
  });

  test('lists what packages have inside their own files, by their own source maps', async () => {
    const maps = (await readdir(made)).filter((name) => name.endsWith('.map'));
    const sources = await Promise.all(maps.map((name) => json<{ sources: string[] }>(join(made, name))));
    const found = sources.flatMap(({ sources }) =>
      sources.flatMap((path) => /\/node_modules\/\.pnpm\/([^/]+)\/node_modules\//.exec(path)?.[1] ?? []),
    );
    const held = bill.components.flatMap(({ components = [] }) => components.map((each) => nameOf(each as Component)));
    expect([...new Set(found)].sort()).toEqual(held.sort());
    const notices = await readFile(join(made, 'THIRD_PARTY_NOTICES.txt'), 'utf8');
    for (const name of held) expect(notices).toContain(`${name}\n`);
  });

  test('lists the packages of the chat page, and none that only makes or tests the package', () => {
    const names = new Set(bill.components.map(nameOf).map((name) => name.replace(/@[^@]+$/, '')));
    for (const name of ['react', 'react-dom', 'marked', 'lowlight', 'highlight.js', 'ioredis']) {
      expect(names).toContain(name);
    }
    for (const name of ['vite', 'esbuild', 'typescript', 'ai', 'azurite', '@types/node']) {
      expect(names).not.toContain(name);
    }
  });

  test('names each with its version, its address, its licence and the hash that the lockfile holds it to', () => {
    const known = new Map(Object.entries(locked).map(([path, entry]) => [lockedName(path), entry]));
    for (const component of bill.components) {
      const name = nameOf(component);
      expect(component.purl).toBe(`pkg:npm/${name.replace(/^@/, '%40')}`);
      expect(component['bom-ref']).toBe(component.purl);
      expect(component.licenses).toEqual([{ license: { id: known.get(name)?.license } }]);
      const [hash] = component.hashes;
      expect(hash?.alg).toBe('SHA-512');
      expect(`sha512-${Buffer.from(hash?.content ?? '', 'hex').toString('base64')}`).toBe(known.get(name)?.integrity);
    }
  });

  test('is all that an audit without development’s packages looks at', () => {
    // The same version may lie at a second place, for a tool.
    const ofProduction = new Set(
      Object.keys(locked)
        .filter((path) => !locked[path]?.dev)
        .map(lockedName),
    );
    expect(bill.components.map(nameOf).filter((name) => !ofProduction.has(name))).toEqual([]);
  });

  test('says who needs whom, and leaves none out', () => {
    const refs = new Set(bill.components.map((component) => component['bom-ref']));
    expect(refs.size).toBe(bill.components.length);
    const needed = new Set(bill.dependencies.flatMap(({ dependsOn }) => dependsOn ?? []));
    expect(needed).toEqual(refs);
    const ofRedis = bill.dependencies.find(({ ref }) => ref.startsWith('pkg:npm/ioredis@'));
    expect(ofRedis?.dependsOn).toContainEqual(expect.stringMatching(/^pkg:npm\/denque@/));
  });

  test('says the same, byte for byte, when it is made again', async () => {
    await makePackage(`${made}-again`);
    for (const name of ['bom.json', 'THIRD_PARTY_NOTICES.txt']) {
      expect(await readFile(join(`${made}-again`, name), 'utf8')).toBe(await readFile(join(made, name), 'utf8'));
    }
  });

  test('has the licence of each word for word, and the notices that licences want to be passed on', async () => {
    const notices = await readFile(join(made, 'THIRD_PARTY_NOTICES.txt'), 'utf8');
    for (const component of bill.components) expect(notices).toContain(`${nameOf(component)}\n`);
    const texts = ['react/LICENSE', 'ioredis/LICENSE', 'apache-arrow/LICENSE.txt', 'apache-arrow/NOTICE.txt'];
    for (const path of texts) {
      const text = await readFile(join('node_modules', path), 'utf8');
      expect(notices).toContain(text.replaceAll('\r\n', '\n').trim());
    }
  });

  test('is not made with a licence that nobody has allowed', () => {
    const fine = { name: 'fine', version: '1.0.0', licence: 'MIT' };
    expect(() => checkLicences([fine])).not.toThrow();
    for (const licence of ['AGPL-3.0-only', '(MIT AND GPL-2.0)', 'SEE LICENSE IN LICENSE', undefined]) {
      const foreign = { name: '@who/ever', version: '2.1.0', licence };
      expect(() => checkLicences([fine, foreign])).toThrow(`@who/ever@2.1.0: ${licence ?? 'no licence'}`);
    }
  });

  /** Whether it lies inside another's file; its own workspace is a package's own. */
  function isHeld(path: string): boolean {
    return path.includes('.pnpm') || path.endsWith('@modelcontextprotocol/core-internal');
  }

  /** `name@version` of what lies at a path of the lockfile. */
  function lockedName(path: string): string {
    return `${path.replace(/^.*node_modules\//, '')}@${locked[path]?.version}`;
  }
});
