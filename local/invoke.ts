import type { App, InvocationContext, RegisteredFunction, TypedData } from './functions-core.ts';
import type { Log } from './log.ts';

export interface Invocation {
  /** The header `x-ms-invocation-id`, by which the library finds the request among those it was forwarded. */
  id: string;
  triggerMetadata: Record<string, TypedData>;
}

/**
 * Runs one function as the worker does (its `src/eventHandlers/InvocationHandler.ts`). Ends when the answer has been
 * streamed to its end: with `enableHttpStream`, `getResponse` sends it.
 *
 * @throws whatever the handler, a hook, or the library on its result throws.
 */
export async function invoke(app: App, called: RegisteredFunction, invocation: Invocation, log: Log): Promise<void> {
  const core: InvocationContext = {
    invocationId: invocation.id,
    metadata: { name: called.name, bindings: called.bindings },
    request: {
      // The request itself comes through the library's proxy.
      inputData: [{ name: called.trigger.name, data: { http: {} } }],
      triggerMetadata: invocation.triggerMetadata,
    },
    log: (level, category, message) => log(level, category, `${called.name}: ${message}`),
  };
  const model = app.model?.getInvocationModel(core);
  if (model === undefined) throw new Error('The app registered functions, but no programming model.');
  const { context, inputs } = await model.getArguments();
  const hooks = { hookData: {}, appHookData, invocationContext: context };

  core.state = 'preInvocationHooks';
  const before = { ...hooks, inputs, functionCallback: called.callback };
  await app.runHooks('preInvocation', before);

  core.state = 'invocation';
  const after = { ...hooks, inputs: before.inputs, result: null as unknown, error: null as unknown };
  try {
    after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error;
  }

  core.state = 'postInvocationHooks';
  await app.runHooks('postInvocation', after);
  core.state = undefined;
  if (after.error instanceof Error) throw after.error;
  // The library would send nothing, and say nothing.
  if (after.result === undefined || after.result === null) throw new Error('The handler returned no response.');
  await model.getResponse(context, after.result);
}

/** Shared by all hooks of the process. */
const appHookData = {};
