/** Whether the browser knows of no network; elsewhere there always is one. */
export function isOffline(): boolean {
  return globalThis.navigator?.onLine === false;
}

/** Calls `listener` when the network comes back, or is gone, until the returned function is called. */
export function onNetwork(listener: () => void): () => void {
  globalThis.addEventListener?.('online', listener);
  globalThis.addEventListener?.('offline', listener);
  return () => {
    globalThis.removeEventListener?.('online', listener);
    globalThis.removeEventListener?.('offline', listener);
  };
}
