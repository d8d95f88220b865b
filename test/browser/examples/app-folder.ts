import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { EmptyFolder } from '../../package/empty-folder.ts';
import { tarball } from '../../package/packed-package.ts';

const examples = resolve(import.meta.dirname, '../../../examples');

/** A folder that holds nothing but `parley/`, a clone as far as apps need one: the packed package and an example. */
export async function appFolder(example: string | undefined, change: (text: string) => string): Promise<EmptyFolder> {
  const folder = await EmptyFolder.make();
  const clone = join(folder.path, 'parley');
  await mkdir(clone);
  await cp(tarball, join(clone, 'parley-client-0.1.0.tgz'));
  if (example === undefined) return folder;
  const from = join(examples, example);
  const files = await readdir(from, { recursive: true, withFileTypes: true });
  const isOwn = (path: string) => !/node_modules|\.next|\/dist\//.test(path.slice(from.length));
  for (const file of files) {
    const path = join(file.parentPath, file.name);
    if (!file.isFile() || !isOwn(path)) continue;
    const to = join(clone, 'examples', example, path.slice(from.length));
    await mkdir(dirname(to), { recursive: true });
    await writeFile(to, change(await readFile(path, 'utf8')));
  }
  return folder;
}
