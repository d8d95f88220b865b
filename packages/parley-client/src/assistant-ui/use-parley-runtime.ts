import { type AssistantRuntime, useExternalStoreRuntime } from '@assistant-ui/react';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { adapterOf } from './adapter.ts';
import { ParleyThreads, type ParleyThreadsOptions } from './parley-threads.ts';

export type ParleyRuntimeOptions = ParleyThreadsOptions;

/**
 * A runtime for assistant-ui's `AssistantRuntimeProvider`: the caller's conversations, of which one is shown. Where the
 * service is and who the caller is stays as the first rendering says; for another caller give the component another `key`.
 */
export function useParleyRuntime(options: ParleyRuntimeOptions = {}): AssistantRuntime {
  const [threads] = useState(() => new ParleyThreads(options));
  const shown = useSyncExternalStore(threads.subscribe, threads.shown, threads.shown);
  const runtime = useExternalStoreRuntime(useMemo(() => adapterOf(threads, shown), [threads, shown]));
  const { thread, state } = shown;
  const { sessionId } = options;

  useEffect(() => threads.update(options));
  useEffect(() => {
    threads.open();
    return () => threads.close();
  }, [threads]);
  useEffect(() => threads.showSession(sessionId), [threads, sessionId]);
  useEffect(() => {
    const { composer } = runtime.thread;
    // The composer is another one in each thread.
    if (thread.draft !== '') composer.setText(thread.draft);
    return composer.subscribe(() => thread.keepDraft(composer.getState().text));
  }, [runtime, thread]);
  useEffect(() => {
    // The composer takes over what came to nothing.
    const { returned } = thread.state;
    if (returned === undefined || returned !== state.returned) return;
    thread.conversation.takeReturned();
    const { composer } = runtime.thread;
    composer.setText([returned, composer.getState().text].filter(Boolean).join('\n'));
  }, [runtime, thread, state.returned]);
  return runtime;
}
