import { ChatPanel } from '../../../packages/parley-client/src/react/index.ts';
import '../../../packages/parley-client/src/react/parley-client.css';
import { createRoot } from 'react-dom/client';

const withUser: typeof fetch = (input, init) =>
  fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), 'x-user-id': 'ada' } });

createRoot(document.getElementById('page') as HTMLElement).render(
  <ChatPanel
    baseUrl={location.origin}
    fetch={withUser}
    assistant="code-reviewer"
    onSession={(id) => {
      document.title = String(id);
    }}
  />,
);
