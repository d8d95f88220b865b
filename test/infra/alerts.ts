import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { complaintsAbout } from './kusto.ts';
import { ofType, scopeOf, theOnly } from './resources.ts';
import type { Resource, Snapshot } from './snapshot.ts';

interface Criterion {
  query?: string;
  metricMeasureColumn?: string;
  metricName?: string;
  dimensions?: { values: string[] }[];
}

const rulesOf = (snapshot: Snapshot) =>
  ['scheduledQueryRules', 'metricAlerts'].flatMap((type) => ofType(snapshot, `Microsoft.Insights/${type}`));

const shortName = ({ name }: Resource) => name.replace(/^alert-[^-]+-/, '');

function criterionOf({ properties }: Resource): Criterion | undefined {
  const criteria = properties?.['criteria'] as { allOf?: Criterion[] } | undefined;
  return criteria?.allOf?.[0];
}

/** What a rule goes by, in the words of the table in docs/deploy.md. */
function sourceOf(rule: Resource): string {
  const criterion = criterionOf(rule);
  if (criterion?.query !== undefined) return `queries/alerts/${shortName(rule)}.kql`;
  const codes = criterion?.dimensions?.flatMap(({ values }) => values).join(', ');
  return criterion === undefined ? '/health?ready' : [criterion.metricName, codes].filter(Boolean).join(' ');
}

export function alertsSuite(combinations: string[], get: (combination: string) => Snapshot): void {
  test('the table of alerts in docs/deploy.md is what is deployed', async () => {
    const guide = await readFile(resolve(import.meta.dirname, '../../docs/deploy.md'), 'utf8');
    const [section = ''] = /^## Alerts$.*?(?=^## )/ms.exec(guide) ?? [];
    const rows = [...section.matchAll(/^\| `([\w-]+)` \| (\d) \| \[?`([^`]+)`/gm)];
    const deployed = rulesOf(get('default'));
    expect(rows.map(([, name, severity, source]) => [name, Number(severity), source])).toEqual(
      deployed.map((rule) => [shortName(rule), rule.properties?.['severity'], sourceOf(rule)]),
    );
  });

  describe.each(combinations)('the alerts of %s', (combination) => {
    test('watch the app, its log, Redis and the model', () => {
      const snapshot = get(combination);
      const insights = theOnly(snapshot, 'Microsoft.Insights/components').id;
      const workspace = theOnly(snapshot, 'Microsoft.OperationalInsights/workspaces').id;
      const [policy] = snapshot.predictedResources.filter(({ type }) => type.endsWith('/accessPolicyAssignments'));
      const redis = /^.*\/Microsoft\.Cache\/\w+\/[^/]+/i.exec(policy?.id ?? '')?.[0];
      const roles = ofType(snapshot, 'Microsoft.Authorization/roleAssignments').map(scopeOf);
      const openAi = roles.find((scope) => scope.includes('/Microsoft.CognitiveServices/'));
      const watched: [RegExp, (string | undefined)[]][] = [
        [/^(5xx|failed-turns|audit-lost)$/, [insights]],
        [/^log-cap$/, [workspace]],
        [/^redis-/, [redis]],
        [/^model-/, [openAi]],
        [/^availability$/, [theOnly(snapshot, 'Microsoft.Insights/webtests').id, insights]],
      ];
      for (const rule of rulesOf(snapshot)) {
        const [, scopes] = watched.find(([names]) => names.test(shortName(rule))) ?? [];
        expect(rule.properties?.['scopes'], rule.name).toEqual(scopes);
      }
    });

    test('read logs by queries that have the column which is measured, and need no table at their deployment', () => {
      const rules = ofType(get(combination), 'Microsoft.Insights/scheduledQueryRules');
      expect(rules).toHaveLength(4);
      for (const rule of rules) {
        const { query = '', metricMeasureColumn = '' } = criterionOf(rule) ?? {};
        expect(complaintsAbout(`${query}\n| project ${metricMeasureColumn}`)).toEqual([]);
        expect(complaintsAbout(`${query}\n| project other`)).toHaveLength(1);
        expect(rule.properties).toMatchObject({ skipQueryValidation: true });
      }
    });

    test('ask whether the service answers, from three places', () => {
      const { properties, tags } = theOnly(get(combination), 'Microsoft.Insights/webtests');
      const { id } = theOnly(get(combination), 'Microsoft.Insights/components');
      expect(tags).toHaveProperty([`hidden-link:${id}`], 'Resource');
      const request = properties?.['Request'] as { RequestUrl: string };
      expect(request.RequestUrl).toMatch(/^\[format\('\{0\}\/health\?ready', .*defaultHostName/);
      expect(properties?.['Locations']).toHaveLength(3);
    });
  });
}
