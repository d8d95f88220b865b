import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import type { ShippedPackage } from './shipped-packages.ts';

interface App {
  name: string;
  version: string;
  license: string;
}

/**
 * What the package is made of, as CycloneDX 1.6 in JSON. A hash is of a package's archive in the registry, which is what
 * `npm ci` held it to. There is no time and no serial number in it, so that the same package has the same bytes.
 *
 * @param needs paths of the packages that the app itself needs
 */
export function billOfMaterials(app: App, packages: ShippedPackage[], needs: string[]): string {
  // Two copies of one version are one component.
  const byPurl = new Map(packages.map((shipped) => [purlOf(shipped), componentOf(shipped)]));
  const components = new Map(packages.map((shipped) => [shipped.path, byPurl.get(purlOf(shipped))]));
  const refs = (paths: string[]) => paths.flatMap((path) => components.get(path)?.bomRef ?? []);
  for (const { path, needs } of packages) {
    for (const ref of refs(needs)) components.get(path)?.dependencies.add(ref);
  }
  const root = new Models.Component(Enums.ComponentType.Application, app.name, {
    bomRef: app.name,
    version: app.version,
    licenses: licensesOf(app.license),
    dependencies: new Models.BomRefRepository(refs(needs)),
  });
  const bom = new Models.Bom({
    metadata: new Models.Metadata({
      component: root,
      lifecycles: new Models.LifecycleRepository([Enums.LifecyclePhase.Build]),
    }),
    components: new Models.ComponentRepository(byPurl.values()),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** A package's address (https://github.com/package-url/purl-spec). */
function purlOf({ name, version }: Pick<ShippedPackage, 'name' | 'version'>): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

type Described = Pick<ShippedPackage, 'name' | 'version' | 'licence'> &
  Partial<Pick<ShippedPackage, 'sha512' | 'holds'>>;

function componentOf(shipped: Described): Models.Component {
  const { name, version, licence = '', sha512, holds = [] } = shipped;
  const [base = name, group] = name.split('/').reverse();
  const purl = purlOf(shipped);
  return new Models.Component(Enums.ComponentType.Library, base, {
    bomRef: purl,
    purl,
    ...(group === undefined ? {} : { group }),
    version,
    licenses: licensesOf(licence),
    components: new Models.ComponentRepository(holds.map(componentOf)),
    hashes: new Models.HashDictionary(
      sha512 === undefined ? [] : [[Enums.HashAlgorithm['SHA-512'], Buffer.from(sha512, 'base64').toString('hex')]],
    ),
  });
}

function licensesOf(licence: string): Models.LicenseRepository {
  return new Models.LicenseRepository([new Models.SpdxLicense(licence)]);
}
