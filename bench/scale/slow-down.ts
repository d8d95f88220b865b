import { isMainThread, Worker, workerData } from 'node:worker_threads';

// Makes slow servers of fast ones: each is stopped but for a moment of every period, one after the other, so that a few
// cores have room for all of them, and for the client that keeps them busy.

const PERIOD_MS = 30;
const RUNS_MS = 3;

/** Gives each process a tenth of a core, until what is returned is called. At most ten processes. */
export function slowDown(pids: readonly number[]): () => Promise<void> {
  // A thread of its own: the client's is busy.
  const worker = new Worker(new URL(import.meta.url), { workerData: pids });
  return async () => {
    await worker.terminate();
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  };
}

if (!isMainThread) {
  for (const [place, pid] of (workerData as number[]).entries()) {
    const run = () => {
      process.kill(pid, 'SIGCONT');
      setTimeout(() => process.kill(pid, 'SIGSTOP'), RUNS_MS);
    };
    setTimeout(() => setInterval(run, PERIOD_MS), RUNS_MS * place);
  }
}
