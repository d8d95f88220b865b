import Module from 'node:module';
import type { Log } from './log.ts';
import { SetupError } from './setup-error.ts';

// Shapes of worker 3.9, `types-core/index.d.ts` of Azure/azure-functions-nodejs-worker: what `@azure/functions` uses.

export interface Binding {
  type: string;
  direction?: 'in' | 'out' | 'inout';
}

export interface HttpTrigger extends Binding {
  name: string;
  route?: string;
  methods: string[];
}

/** A value as it travels from the host to the worker. */
export type TypedData = { string: string } | { json: string } | { http: object };

/** What the host tells the worker of one call. */
export interface InvocationContext {
  invocationId: string;
  metadata: { name: string; bindings: Record<string, Binding> };
  request: { inputData: { name: string; data: TypedData }[]; triggerMetadata: Record<string, TypedData> };
  state?: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
  log: Log;
}

interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<unknown>;
}

/** The library's side: `@azure/functions` registers one when the app first uses it. */
interface ProgrammingModel {
  getInvocationModel(context: InvocationContext): InvocationModel;
  getCapabilities(capabilities: Record<string, string>): Promise<Record<string, string>>;
}

export type FunctionCallback = (...inputs: unknown[]) => unknown;
type Hook = (context: object) => unknown;

export interface RegisteredFunction {
  name: string;
  bindings: Record<string, Binding>;
  trigger: HttpTrigger;
  callback: FunctionCallback;
}

/** What the app registered while it was loaded. */
export class App {
  readonly functions = new Map<string, RegisteredFunction>();
  readonly #hooks = new Map<string, Hook[]>();
  model: ProgrammingModel | undefined;

  /** Runs the hooks of a name one after the other, in the order of their registration. */
  async runHooks(name: string, context: object): Promise<void> {
    for (const hook of this.#hooks.get(name) ?? []) await hook(context);
  }

  registerHook(name: string, hook: Hook): void {
    this.#hooks.set(name, [...(this.#hooks.get(name) ?? []), hook]);
  }

  registerFunction(metadata: { name: string; bindings: Record<string, Binding> }, callback: FunctionCallback): void {
    const { name, bindings } = metadata;
    if (this.functions.has(name)) throw new SetupError(`A function with id "${name}" has already been registered.`);
    const [binding, trigger] = Object.entries(bindings).find(([, { type }]) => type === 'httpTrigger') ?? [];
    if (binding === undefined) throw new SetupError(`The local host has HTTP triggers only; ${name} has another one.`);
    this.functions.set(name, { name, bindings, trigger: { ...trigger, name: binding } as HttpTrigger, callback });
  }
}

/**
 * Provides the module `@azure/functions-core` to the app that is loaded next, and collects what it registers.
 *
 * The real worker puts a proxy round `Module.prototype.require` (its `src/setupCoreModule.ts`) and loads an ES module
 * by `import()`. So the bundle's `require`, which `createRequire` makes, is answered; an `import` of the module would
 * not be. This is the same seam: a bundle that runs here finds the module there too.
 */
export function provideFunctionsCore(log: Log): App {
  const app = new App();
  const disposable = { dispose: () => {} };
  const core = {
    version: '3.9.1',
    hostVersion: '4.1037.0',
    log,
    registerFunction(...registration: Parameters<App['registerFunction']>) {
      app.registerFunction(...registration);
      return disposable;
    },
    registerHook(...registration: Parameters<App['registerHook']>) {
      app.registerHook(...registration);
      return disposable;
    },
    setProgrammingModel(model: ProgrammingModel) {
      app.model = model;
    },
    getProgrammingModel: () => app.model,
  };
  Module.prototype.require = new Proxy(Module.prototype.require, {
    apply: (require, module, [id]) => (id === '@azure/functions-core' ? core : Reflect.apply(require, module, [id])),
  });
  return app;
}
