import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { TurnFailure } from '../../../packages/parley-client/src/index.ts';
import { ChatPanel } from '../../../packages/parley-client/src/react/index.ts';
import '../../../packages/parley-client/src/react/parley-client.css';

declare global {
  /** What the panels were heard to fail with. */
  var failures: TurnFailure[];
}
globalThis.failures = [];

// Two panels without names: each with a service's address as the page's own address says, `?first=...&second=...`.
const addresses = new URLSearchParams(location.search);

createRoot(document.getElementById('page') as HTMLElement).render(
  <StrictMode>
    {['first', 'second'].map((panel) => (
      <div key={panel} id={panel} style={{ height: '45vh' }}>
        <ChatPanel baseUrl={addresses.get(panel) ?? ''} onError={(failure) => failures.push(failure)} />
      </div>
    ))}
  </StrictMode>,
);
