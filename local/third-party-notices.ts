import { readdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ShippedPackage } from './shipped-packages.ts';

const project = resolve(import.meta.dirname, '..');

const rule = `\n\n${'-'.repeat(80)}\n\n`;

/** The licences of all that is shipped, word for word, each text once, with the notices that they want passed on. */
export async function thirdPartyNotices(packages: ShippedPackage[]): Promise<string> {
  const byText = new Map<string, string[]>();
  for (const shipped of packages) {
    const text = await noticesOf(shipped);
    byText.set(text, [...(byText.get(text) ?? []), `${shipped.name}@${shipped.version}`]);
  }
  for (const { name, version, licence, author } of packages.flatMap(({ holds }) => holds)) {
    const text = withoutText(licence, author);
    byText.set(text, [...(byText.get(text) ?? []), `${name}@${version}`]);
  }
  const parts = Array.from(byText, ([text, names]) => `${[...new Set(names)].join('\n')}\n\n${text}`);
  return `${['This package holds code of the packages named below, each under its licence.', ...parts].join(rule)}\n`;
}

async function noticesOf({ path, licence, author = 'its authors' }: ShippedPackage): Promise<string> {
  const directory = resolve(project, path);
  const names = (await readdir(directory)).filter((name) => /^(licen[cs]e|copying|notice|copyright)/i.test(name));
  const texts = await Promise.all(names.sort().map((name) => readFile(resolve(directory, name), 'utf8')));
  const whole = texts.map((text) => text.replaceAll('\r\n', '\n').trim()).join('\n\n');
  return whole || withoutText(licence, author);
}

function withoutText(licence: string | undefined, author: string): string {
  return `By ${author}, under ${licence}: https://spdx.org/licenses/${licence}. The package holds no text of it.`;
}
