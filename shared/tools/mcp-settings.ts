import * as z from 'zod/mini';
import { OWN_LABEL } from '../conversation/ports/toolbox.ts';
import { type Environment, isPrivate } from '../platform/environment.ts';
import { LONGEST_SECONDS } from './seconds.ts';

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/;

const rules = z.strictObject({
  readOnly: z.optional(z.boolean()),
  idempotent: z.optional(z.boolean()),
  approve: z.optional(z.boolean()),
  timeout_seconds: z.optional(z.int().check(z.minimum(1), z.maximum(LONGEST_SECONDS))),
  show_results: z.optional(z.boolean()),
});

const server = z.strictObject({
  type: z.literal('http'),
  url: z.string(),
  headers: z.optional(z.record(z.string(), z.string())),
  auth: z.optional(z.string().check(z.regex(/^(user|entra:\S+)$/, 'must be "user" or "entra:<scope>"'))),
  tools: z.optional(z.record(z.string(), rules)),
});

const file = z.strictObject({ servers: z.record(z.string().check(z.regex(NAME)), server) });

/** What the file says of a tool of a server. */
export type ToolRules = z.infer<typeof rules>;

/** A server of `tools/mcp.json`, its settings filled in. */
export interface McpServerSettings {
  name: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  auth: { kind: 'none' } | { kind: 'user' } | { kind: 'entra'; scope: string };
  tools: Readonly<Record<string, ToolRules>>;
}

/**
 * Reads `tools/mcp.json`.
 *
 * @param faults is told what is wrong with it; never what a setting holds
 */
export function readMcpSettings(text: string, environment: Environment, faults: string[]): McpServerSettings[] {
  const fault = (how: string) => void faults.push(`tools/mcp.json ${how}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    fault('is not JSON');
    return [];
  }
  const { success, data, error } = z.safeParse(file, parsed);
  if (!success) {
    for (const { path, message } of error.issues) fault(`is not valid: ${path.join('.')} ${message}`);
    return [];
  }
  return Object.entries(data.servers).map(([name, { url, headers = {}, auth, tools = {} }]) => {
    const wrong: string[] = [];
    const filled = (value: string) => fill(value, environment, wrong);
    const settings = {
      name,
      url: filled(url),
      headers: Object.fromEntries(Object.entries(headers).map(([header, value]) => [header, filled(value)])),
      auth: authOf(auth && filled(auth)),
      tools,
    };
    // What a setting is missing from cannot be judged.
    if (wrong.length === 0) wrong.push(...faultsOf(settings));
    for (const how of wrong) fault(`is not valid: ${name} ${how}`);
    return settings;
  });
}

/** Sets what stands for settings: `${env:NAME}`. */
function fill(value: string, environment: Environment, faults: string[]): string {
  return value.replaceAll(/\$\{([^}]*)\}/g, (_, inside: string) => {
    const [, name] = /^env:(\w+)$/.exec(inside) ?? [];
    const found = name === undefined ? undefined : environment[name]?.trim();
    if (!found)
      faults.push(
        name === undefined ? 'has a placeholder that is not of the form env:NAME' : `needs ${name}, which is not set`,
      );
    return found ?? '';
  });
}

function authOf(auth: string | undefined): McpServerSettings['auth'] {
  if (auth === undefined) return { kind: 'none' };
  return auth === 'user' ? { kind: 'user' } : { kind: 'entra', scope: auth.slice('entra:'.length) };
}

function faultsOf({ name, url, headers, auth }: McpServerSettings): string[] {
  const faults: string[] = [];
  if (name === OWN_LABEL) faults.push('has the name that the tools of files have in /v1: give it another');
  const { username, password } = URL.canParse(url) ? new URL(url) : { username: '', password: '' };
  if (!URL.canParse(url) || !/^https?:/i.test(url) || !isPrivate(url)) {
    faults.push('has a url that does not begin with https://; http:// is for the loopback only');
  }
  if (username !== '' || password !== '') faults.push('has a url with a password in it: it belongs into headers');
  for (const [header, value] of Object.entries(headers)) {
    if (!isHeader(header, value)) faults.push(`has a header ${header} that cannot be sent`);
    if (auth.kind !== 'none' && header.toLowerCase() === 'authorization') {
      faults.push('has auth, and a header Authorization beside it: keep one');
    }
  }
  return faults;
}

function isHeader(name: string, value: string): boolean {
  try {
    new Headers([[name, value]]);
    return true;
  } catch {
    return false;
  }
}
