import type { Resource, Snapshot } from './snapshot.ts';

/** The resources of a type. */
export function ofType({ predictedResources }: Snapshot, type: string): Resource[] {
  return predictedResources.filter((resource) => resource.type === type);
}

/** The one resource of a type. */
export function theOnly(snapshot: Snapshot, type: string): Resource {
  const [resource, ...more] = ofType(snapshot, type);
  if (resource === undefined || more.length > 0)
    throw new Error(`not one ${type}, but ${more.length + (resource ? 1 : 0)}`);
  return resource;
}

/** The application settings, by name. */
export function settingsOf(snapshot: Snapshot): Record<string, string> {
  const found = ofType(snapshot, 'Microsoft.Web/sites/config').find(({ name }) => name.endsWith('/appsettings'));
  if (found?.properties === undefined) throw new Error('no application settings');
  return found.properties as Record<string, string>;
}

/** What a role assignment, or another resource that extends one, is attached to: the id without the last provider. */
export function scopeOf({ id }: Resource): string {
  return id.slice(0, id.lastIndexOf('/providers/'));
}

const roles: Record<string, string> = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': 'Storage Blob Data Owner',
  '3913510d-42f4-4e42-8a64-420c390055eb': 'Monitoring Metrics Publisher',
  '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd': 'Cognitive Services OpenAI User',
  '4633458b-17de-408a-b874-0445c86b69e6': 'Key Vault Secrets User',
};

/** What a role assignment gives, in Azure's words. */
export function roleOf({ properties }: Resource): string {
  const id = String(properties?.['roleDefinitionId']).split('/').at(-1) ?? '';
  return roles[id] ?? `an unexpected role, ${id}`;
}
