/** No more often than this. */
const EVERY_MS = 5000;

/** Calls `listener` when the user comes back to the page, until `signal`. */
export function onAttention(listener: () => void, signal: AbortSignal): void {
  let calledAt = Date.now();
  const attend = () => {
    if (document.visibilityState !== 'visible' || Date.now() - calledAt < EVERY_MS) return;
    calledAt = Date.now();
    listener();
  };
  window.addEventListener('focus', attend, { signal });
  document.addEventListener('visibilitychange', attend, { signal });
}
