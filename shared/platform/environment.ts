export type Environment = Record<string, string | undefined>;

/**
 * Reads settings from an environment, and collects what is wrong with them, so that all faults come in one message. An
 * empty variable counts as absent. A fault names its setting, never the value.
 */
export class EnvironmentReader {
  readonly faults: string[] = [];
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  text(name: string): string | undefined {
    return this.#environment[name]?.trim() || undefined;
  }

  /** Items between commas. */
  list(name: string): string[] {
    const items = this.text(name)?.split(',') ?? [];
    return items.map((item) => item.trim()).filter((item) => item !== '');
  }

  integer(name: string, fallback: number, least: number, most: number): number {
    const raw = this.text(name);
    if (raw === undefined) return fallback;
    const value = /^\d{1,13}$/.test(raw) ? Number(raw) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.faults.push(`${name} must be a whole number from ${least} to ${most}`);
    return fallback;
  }

  /** One of the options, the first of them by default. */
  choice<T extends string>(name: string, options: readonly [T, ...T[]]): T {
    const raw = this.text(name) ?? options[0];
    const found = options.find((option) => option === raw);
    if (found === undefined) this.faults.push(`${name} must be one of ${options.join(', ')}`);
    return found ?? options[0];
  }

  flag(name: string): boolean {
    return this.choice(name, ['false', 'true']) === 'true';
  }

  /** @param protocols with their colons */
  url(name: string, protocols: string[] = ['https:', 'http:']): string | undefined {
    const raw = this.text(name);
    if (raw === undefined || (URL.canParse(raw) && protocols.includes(new URL(raw).protocol))) return raw;
    this.faults.push(
      `${name} must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );
    return undefined;
  }

  /** A URL whose answers nobody on the way can change. */
  privateUrl(name: string): string | undefined {
    const raw = this.url(name);
    if (raw === undefined || isPrivate(raw)) return raw;
    this.faults.push(`${name} must begin with https://; http:// is for the loopback only`);
    return undefined;
  }

  /** Where one is set, the others have to be. */
  requires(name: string, wanted: string[]): void {
    const missing = wanted.filter((other) => this.text(other) === undefined);
    if (this.text(name) === undefined || missing.length === 0) return;
    this.faults.push(`${name} needs ${missing.join(' and ')} beside it`);
  }
}

/** Whether what is sent there can be read by nobody on the way. */
export function isPrivate(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return ['https:', 'rediss:'].includes(protocol) || ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}
