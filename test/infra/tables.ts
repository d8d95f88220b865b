import { roleOf, scopeOf } from './resources.ts';
import type { Resource, Snapshot } from './snapshot.ts';

interface RedisSku {
  name: string;
  family: string;
  capacity: number;
}

/** One table for each combination: what is made, under which name, and in which size. */
export function tablesOf(snapshots: Map<string, Snapshot>): string {
  const tables = [...snapshots].map(([combination, { predictedResources }]) => {
    const rows = predictedResources.map(
      (resource) => `| ${resource.type} | ${groupOf(resource)}${nameOf(resource)} | ${sizeOf(resource)} |`,
    );
    return [`## ${combination}`, '', '| type | name | sku or kind |', '|---|---|---|', ...rows.sort()].join('\n');
  });
  const heading =
    '# What each combination of parameters makes\n\nWritten by the tests: `npx vitest run test/infra -u`.';
  return `${[heading, ...tables].join('\n\n')}\n`;
}

/** Where it is not the group that is deployed to. */
function groupOf({ id }: Resource): string {
  const [, group] = /\/resourceGroups\/([^/]+)/.exec(id) ?? [];
  return group === undefined || group === 'rg-parley' ? '' : `in ${group}: `;
}

function nameOf(resource: Resource): string {
  const on = scopeOf(resource).split('/').at(-1);
  if (resource.type === 'Microsoft.Authorization/roleAssignments') return `${roleOf(resource)} on ${on}`;
  if (['Microsoft.Authorization/locks', 'Microsoft.Insights/diagnosticSettings'].includes(resource.type)) {
    const type = scopeOf(resource).split('/').at(-2);
    return `${resource.name} on ${type}/${on}`;
  }
  return resource.name;
}

function sizeOf({ sku, kind, properties }: Resource): string {
  const redis = properties?.['sku'] as RedisSku | undefined;
  const size = redis?.family ? `${redis.name} ${redis.family}${redis.capacity}` : (sku?.name ?? '');
  return [size, kind].filter(Boolean).join(', ');
}
