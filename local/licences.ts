import type { ShippedPackage } from './shipped-packages.ts';

/** What may be deployed, by its SPDX name: licences that ask for no more than to be passed on. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
]);

/** @throws {Error} naming every package whose licence is not one of those, or is a choice between several. */
export function checkLicences(packages: Pick<ShippedPackage, 'name' | 'version' | 'licence'>[]): void {
  const foreign = packages.filter(({ licence }) => licence === undefined || !allowed.has(licence));
  if (foreign.length === 0) return;
  const lines = foreign.map(({ name, version, licence }) => `  - ${name}@${version}: ${licence ?? 'no licence'}`);
  throw new Error(`Licences that local/licences.ts does not allow:\n${lines.join('\n')}`);
}
