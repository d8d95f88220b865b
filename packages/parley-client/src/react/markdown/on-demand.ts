import { useSyncExternalStore } from 'react';

const wantNone = () => () => {};

/**
 * A hook that gives what a module of its own holds, loaded where it is first wanted; `undefined` until then, and where it
 * cannot be loaded. Whoever wants it next tries again.
 */
export function onDemand<Loaded>(load: () => Promise<Loaded>): (isWanted: boolean) => Loaded | undefined {
  let loaded: Loaded | undefined;
  let isAskedFor = false;
  const waiting = new Set<() => void>();

  function want(onLoaded: () => void): () => void {
    waiting.add(onLoaded);
    if (!isAskedFor) ask();
    return () => waiting.delete(onLoaded);
  }

  function ask(): void {
    isAskedFor = true;
    load().then(
      (module) => {
        loaded = module;
        for (const tell of waiting) tell();
      },
      () => {
        isAskedFor = false;
      },
    );
  }

  return (isWanted) =>
    useSyncExternalStore(
      isWanted ? want : wantNone,
      () => loaded,
      () => undefined,
    );
}
