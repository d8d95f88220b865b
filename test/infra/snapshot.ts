import { spawn } from 'node:child_process';
import { environment } from './bicep.ts';

/** A resource that a deployment would make; values that only Azure knows are expressions, as `[reference(...)]`. */
export interface Resource {
  id: string;
  type: string;
  /** Of a child, with the names of its parents: `parent/child`. */
  name: string;
  apiVersion: string;
  location?: string;
  kind?: string;
  sku?: { name: string };
  tags?: Record<string, string>;
  properties?: Record<string, unknown>;
}

export interface Snapshot {
  predictedResources: Resource[];
  outputs: Record<string, string>;
  diagnostics: unknown[];
}

/** The group that the snapshots are deployed to. */
export const group = '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg-parley' as const;

const metadata = {
  tenantId: '00000000-0000-4000-8000-000000000002',
  subscriptionId: '00000000-0000-4000-8000-000000000001',
  resourceGroup: 'rg-parley',
  location: 'swedencentral',
  deploymentName: 'parley',
};

interface Answer {
  id: number;
  result?: { snapshot: string };
  error?: { message: string };
}

/**
 * What `bicep snapshot` writes, for many parameter files in one process and without a file of its own.
 *
 * @param variables of the environment, which parameter files read
 */
export async function takeSnapshots(
  bicep: string,
  files: Iterable<string>,
  variables: Record<string, string> = {},
): Promise<Snapshot[]> {
  const env = { ...environment, ...variables };
  const child = spawn(bicep, ['jsonrpc', '--stdio'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const paths = [...files];
  paths.forEach((path, id) => {
    const request = { jsonrpc: '2.0', id, method: 'bicep/getSnapshot', params: { path, metadata } };
    const body = Buffer.from(JSON.stringify(request));
    child.stdin.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
  });
  const snapshots: Snapshot[] = [];
  try {
    for await (const { id, result, error } of readAnswers(child.stdout)) {
      if (result === undefined) throw new Error(`${paths[id]}: ${error?.message}`);
      snapshots[id] = JSON.parse(result.snapshot, (_, value) =>
        typeof value === 'string' ? inPublicCloud(value) : value,
      );
      if (Object.keys(snapshots).length === paths.length) return snapshots;
    }
    throw new Error('Bicep ended before it had answered.');
  } finally {
    child.kill();
  }
}

async function* readAnswers(stream: AsyncIterable<Buffer>): AsyncGenerator<Answer> {
  let buffer = Buffer.alloc(0);
  for await (const bytes of stream) {
    buffer = Buffer.concat([buffer, bytes]);
    for (;;) {
      const end = buffer.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/.exec(buffer.subarray(0, end).toString())?.[1]);
      if (end < 0 || buffer.length < end + 4 + length) break;
      yield JSON.parse(buffer.subarray(end + 4, end + 4 + length).toString());
      buffer = buffer.subarray(end + 4 + length);
    }
  }
}

/** Bicep leaves open in which cloud it is, and with it every name that is put together from a cloud's suffixes. */
function inPublicCloud(value: string): string {
  let text = value
    .replaceAll('environment().suffixes.storage', "'core.windows.net'")
    .replaceAll('environment().authentication.loginEndpoint', "'https://login.microsoftonline.com/'");
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replace(/\bformat\('([^']*)'((?:, '[^']*')+)\)/g, (_, template: string, list: string) => {
      const values = list.slice(3, -1).split("', '");
      return `'${template.replace(/\{(\d)\}/g, (_, index: string) => values[Number(index)] ?? '')}'`;
    });
  }
  return /^\['([^']*)'\]$/.exec(text)?.[1] ?? value;
}
