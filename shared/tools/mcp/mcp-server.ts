import type { TokenCredential } from '@azure/identity';
import type { Tool, ToolCaller, ToolContext, ToolResult } from '../../conversation/ports/toolbox.ts';
import { Reason, reasonOf } from '../../conversation/reason.ts';
import { entraIdentity } from '../../platform/entra-identity.ts';
import { checkedArguments } from '../checked-arguments.ts';
import type { McpServerSettings } from '../mcp-settings.ts';
import { offeredName } from '../offered-name.ts';
import { USUAL_SECONDS } from '../seconds.ts';
import type { Connection } from './connection.ts';
import { Credentials } from './credentials.ts';
import { Exchange } from './exchange.ts';
import { KeptLists } from './kept-lists.ts';
import type { ListedTool } from './listed-tool.ts';
import { Notices } from './notices.ts';
import { Refusal, SessionLost, TurnedAway } from './refusal.ts';

/** The identity of a process that has just started needs some seconds for its first token. */
const CONNECT_MS = 10_000;

const KEPT_MS = 300_000;
const MOST_KEPT_MS = 3_600_000;

/** They are part of every prompt. */
const MOST_TOOLS = 128;

export interface McpServerOptions {
  identity?: TokenCredential;
  /** Milliseconds since 1970. */
  now?: () => number;
  /** Is told lines for the log. */
  complain?: (line: string) => void;
}

/** A server of `tools/mcp.json`. Nothing is loaded or opened before its first use. */
export class McpServer {
  readonly #settings: McpServerSettings;
  readonly #credentials: Credentials;
  readonly #lists: KeptLists<readonly Tool[]>;
  readonly #notices: Notices;
  /** The one for all callers, where it is not theirs whose token is sent. */
  #shared: Promise<Connection> | undefined;
  #isLegacy = false;

  constructor(settings: McpServerSettings, options: McpServerOptions = {}) {
    const { identity = entraIdentity(), now = Date.now, complain = console.warn } = options;
    this.#settings = settings;
    this.#credentials = new Credentials(settings, identity);
    this.#notices = new Notices({ now, complain });
    this.#lists = new KeptLists({
      now,
      complain: (reason) => this.#tell(`are missing: ${reasonOf(reason)}`),
    });
  }

  /**
   * Its tools, by their names in order. One that is away has none; nothing is thrown.
   *
   * @param listed the only one that is wanted, by the server's own name for it
   */
  async tools(caller: ToolCaller, listed?: string): Promise<readonly Tool[]> {
    if (this.#credentials.isMissing(caller)) {
      this.#tell('are missing: a caller has no token that can be passed on');
      return [];
    }
    const list = await this.#lists.of(this.#credentials.keyOf(caller), () => this.#fetch(caller));
    if (list === undefined || listed === undefined) return list ?? [];
    const found = list.filter(({ name }) => name === `${this.#settings.name}/${listed}`);
    if (found.length === 0) this.#tell(`have none that is called ${listed} and can be used`);
    return found;
  }

  async #fetch(caller: ToolCaller): Promise<{ list: readonly Tool[]; ms: number }> {
    const {
      tools,
      unusable,
      keptMs = KEPT_MS,
    } = await Exchange.run({ ms: CONNECT_MS }, (signal) =>
      this.#connected(caller, (connection) => connection.list(signal)),
    );
    if (!this.#credentials.areCallers) this.#notices.settle();
    const made = new Map<string, Tool>();
    for (const listed of tools.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
      const tool = this.#tool(listed);
      if (tool !== undefined && made.size < MOST_TOOLS && !made.has(tool.offered.name))
        made.set(tool.offered.name, tool);
    }
    const missing = unusable + tools.length - made.size;
    if (missing > 0) this.#tell(`have ${missing} that cannot be offered: by their names, schemas or number`);
    return { list: [...made.values()], ms: Math.min(Math.max(keptMs, 0), MOST_KEPT_MS) };
  }

  #tool(listed: ListedTool): Tool | undefined {
    const name = `${this.#settings.name}/${listed.name}`;
    const offered = offeredName(name);
    if (offered === undefined) return undefined;
    const { [listed.name]: rules = {} } = this.#settings.tools;
    return {
      name,
      offered: { name: offered, description: listed.description, parameters: listed.inputSchema },
      isRepeatable: rules.readOnly === true || rules.idempotent === true,
      needsApproval: rules.approve ?? false,
      showsResults: rules.show_results ?? false,
      check: (written) => checkedArguments(written, listed.check),
      call: (input, context) => {
        const ms = (rules.timeout_seconds ?? USUAL_SECONDS) * 1000;
        return this.#call(name, ms, context, (connection, signal) =>
          connection.call(listed, input as object, context.idempotencyKey, signal),
        );
      },
    };
  }

  async #call(
    name: string,
    ms: number,
    { caller, signal }: ToolContext,
    send: (connection: Connection, signal: AbortSignal) => Promise<ToolResult>,
  ): Promise<ToolResult> {
    let isSent = false;
    try {
      return await Exchange.run({ ms, signal }, (within) =>
        this.#connected(caller, async (connection) => {
          // The connection may have taken longer than anybody waits.
          AbortSignal.any([within, signal]).throwIfAborted();
          isSent = true;
          try {
            return await send(connection, within);
          } catch (error) {
            isSent = !(error instanceof SessionLost);
            throw error;
          }
        }),
      );
    } catch (error) {
      if (error instanceof Refusal) return { status: 'error', text: error.message };
      if (!isSent) return { status: 'error', text: 'The server could not be reached. Nothing was done.' };
      throw new Reason(`${name} may have been called`, { cause: error });
    }
  }

  /** Uses a connection; once more where the server has lost the session, and so has not looked at what it was asked. */
  async #connected<T>(caller: ToolCaller, use: (connection: Connection) => Promise<T>): Promise<T> {
    if (this.#credentials.areCallers) {
      const own = await this.#open(caller);
      return use(own).finally(() => void Exchange.apart(() => own.close()));
    }
    const first = this.#share(caller);
    try {
      return await use(await first);
    } catch (error) {
      // Calls that are under way keep it.
      if (error instanceof TurnedAway && this.#shared === first) this.#shared = undefined;
      if (error instanceof SessionLost) return use(await this.#share(caller));
      throw error;
    }
  }

  #share(caller: ToolCaller): Promise<Connection> {
    if (this.#shared !== undefined) return this.#shared;
    const opened = this.#open(caller);
    this.#shared = opened;
    opened.catch(() => {
      if (this.#shared === opened) this.#shared = undefined;
    });
    return opened;
  }

  async #open(caller: ToolCaller): Promise<Connection> {
    if (this.#credentials.isMissing(caller)) throw new Refusal('There is no token of the caller to be passed on.');
    const { Connection } = await import('./connection.ts');
    const options = {
      url: new URL(this.#settings.url).href,
      headers: () => this.#credentials.headersFor(caller),
      isLegacy: this.#isLegacy,
      onChanged: () => this.#lists.forget(),
    };
    // What was learnt of a server that cannot be reached so is forgotten.
    this.#isLegacy = false;
    const connection = await Exchange.run({ ms: CONNECT_MS }, (signal) => Connection.open(options, signal));
    this.#isLegacy = connection.isLegacy;
    return connection;
  }

  #tell(what: string): void {
    this.#notices.tell(`the tools of ${this.#settings.name} ${what}`);
  }
}
