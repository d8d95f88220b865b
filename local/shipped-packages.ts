import { readFile } from 'node:fs/promises';
import { posix, relative, resolve, sep } from 'node:path';
import { type HeldPackage, heldBy } from './held-packages.ts';

const project = resolve(import.meta.dirname, '..');

/** A package from npm of which something is in what is deployed. */
export interface ShippedPackage {
  /** Where it lies, relative to the project. */
  path: string;
  name: string;
  version: string;
  /** An SPDX expression, as the package itself says. */
  licence: string | undefined;
  author: string | undefined;
  /** SHA-512 of its archive in base64, where the lockfile has it. */
  sha512: string | undefined;
  /** Paths of the shipped packages that it needs. */
  needs: string[];
  holds: HeldPackage[];
}

interface Manifest {
  name: string;
  version: string;
  license?: string;
  author?: string | { name: string };
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** The package that a file lies in, by its path relative to the project; none of the project's own. */
export function packageOf(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
}

/**
 * The packages behind the modules of a build, in the order of their paths, and which of them the project itself, or a
 * package of its own, needs.
 *
 * @param modules paths of all files of which the build has a line
 */
export async function shippedPackages(modules: string[]): Promise<{ packages: ShippedPackage[]; needs: string[] }> {
  const lockfile = JSON.parse(await readFile(resolve(project, 'package-lock.json'), 'utf8'));
  const found = modules.map((module) => packageOf(relative(project, resolve(project, module)).replaceAll(sep, '/')));
  const paths = new Set(found.filter((path) => path !== undefined).sort());
  const packages = Array.from(paths, async (path) => {
    const manifest = await manifestOf(path);
    const { name, version, license: licence } = manifest;
    const author = typeof manifest.author === 'object' ? manifest.author.name : manifest.author;
    const [, sha512] = /^sha512-(.+)$/.exec(lockfile.packages[path]?.integrity ?? '') ?? [];
    const needs = needsOf(manifest, path, paths);
    return { path, name, version, licence, author, sha512, needs, holds: heldBy(name) };
  });
  const needs = await Promise.all(
    Object.keys(lockfile.packages)
      .filter((path) => packageOf(`${path}/`) === undefined)
      .map(async (path) => needsOf(await manifestOf(path), path, paths)),
  );
  return { packages: await Promise.all(packages), needs: [...new Set(needs.flat())].sort() };
}

async function manifestOf(path: string): Promise<Manifest> {
  return JSON.parse(await readFile(resolve(project, path, 'package.json'), 'utf8'));
}

/** What a package names in its manifest and was shipped, found as Node finds it: in the nearest `node_modules`. */
function needsOf(manifest: Manifest, path: string, shipped: Set<string>): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = manifest;
  const named = { ...dependencies, ...optionalDependencies, ...peerDependencies };
  return Object.keys(named).flatMap((name) => {
    for (let above = path || '.'; ; above = posix.dirname(above)) {
      const there = posix.join(above, 'node_modules', name);
      if (shipped.has(there)) return [there];
      if (above === '.') return [];
    }
  });
}
