import { ChatPanel } from '../../../packages/parley-client/src/react/index.ts';
import '../../../packages/parley-client/src/react/parley-client.css';
import { StrictMode, version } from 'react';
import { createRoot } from 'react-dom/client';

const withUser: typeof fetch = (input, init) =>
  fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), 'x-user-id': 'ada' } });

document.documentElement.dataset['react'] = version;
createRoot(document.getElementById('page') as HTMLElement).render(
  <StrictMode>
    <ChatPanel
      baseUrl={location.origin}
      fetch={withUser}
      assistant="code-reviewer"
      onSession={(id) => {
        document.title = String(id);
      }}
    />
  </StrictMode>,
);
