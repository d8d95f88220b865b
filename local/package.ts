import { copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { zipSync } from 'fflate';
import { billOfMaterials } from './bill-of-materials.ts';
import { buildApp } from './build-app.ts';
import { checkLicences } from './licences.ts';
import { shippedPackages } from './shipped-packages.ts';
import { thirdPartyNotices } from './third-party-notices.ts';

const project = resolve(import.meta.dirname, '..');

/** Sizes in bytes of the files that are deployed, by their names in the package. */
export type PackagedFiles = Record<string, number>;

/**
 * Builds the app, and makes its directory the package that is deployed: the bundle, host.json and a package.json that
 * needs nothing beside it; and for people, what it is made of and under which licences. `.funcignore` lies there for
 * those who pack a directory: azd and Core Tools.
 *
 * @throws {Error} where a licence is not allowed
 */
export async function makePackage(directory = 'dist'): Promise<PackagedFiles> {
  const { packages, needs } = await shippedPackages(await buildApp(directory));
  checkLicences([...packages, ...packages.flatMap(({ holds }) => holds)]);
  const target = resolve(project, directory);
  for (const file of ['host.json', '.funcignore']) await copyFile(resolve(project, file), resolve(target, file));
  const app = JSON.parse(await readFile(resolve(project, 'package.json'), 'utf8'));
  await writeFile(resolve(target, 'bom.json'), billOfMaterials(app, packages, needs));
  await writeFile(resolve(target, 'THIRD_PARTY_NOTICES.txt'), await thirdPartyNotices(packages));
  const { name, version, type, engines } = app;
  const manifest = { name, version, private: true, type, main: 'functions.js', engines };
  await writeFile(resolve(target, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  const names = await namesOfPackage(target);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, (await stat(resolve(target, name))).size] as const)),
  );
}

/** As made on Unix, for everybody to read, at the first moment that an archive knows: when it is packed must not show. */
const ordinaryFile = { os: 3, attrs: 0o100644 << 16, mtime: new Date(1980, 0, 1) };

/** Writes the archive for tools that want one; the same package gives the same bytes. Returns its size in bytes. */
export async function zipPackage(directory: string, archive: string): Promise<number> {
  const target = resolve(project, directory);
  const names = await namesOfPackage(target);
  const contents = await Promise.all(names.map(async (name) => [name, await readFile(resolve(target, name))] as const));
  const bytes = zipSync(Object.fromEntries(contents), { level: 9, ...ordinaryFile });
  await writeFile(resolve(project, archive), bytes);
  return bytes.length;
}

/** All but what `.funcignore` leaves out; it holds comments and lines of the form `*.ending` only. */
async function namesOfPackage(directory: string): Promise<string[]> {
  const lines = (await readFile(resolve(directory, '.funcignore'), 'utf8')).split('\n');
  const endings = lines.filter((line) => line.startsWith('*')).map((line) => line.slice(1));
  const names = (await readdir(directory)).filter((name) => name !== '.funcignore');
  return names.filter((name) => !endings.some((ending) => name.endsWith(ending))).sort();
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { zip: { type: 'string' } } });
  const files = await makePackage().catch((error: object) => {
    if ('errors' in error) process.exit(1);
    throw error;
  });
  if (values.zip !== undefined) files[values.zip] = await zipPackage('dist', values.zip);
  for (const [name, bytes] of Object.entries(files).sort(([, a], [, b]) => b - a)) {
    console.log(`${(bytes / 1024).toFixed(1).padStart(9)} KiB  ${name === values.zip ? name : `dist/${name}`}`);
  }
}
