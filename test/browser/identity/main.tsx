import { ChatPanel } from '../../../packages/parley-client/src/react/index.ts';
import '../../../packages/parley-client/src/react/parley-client.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

// A panel in a column as wide as `?width=...` says, whose assistant has a name, and a picture as `?avatar=...` says.
const asked = new URLSearchParams(location.search);

createRoot(document.getElementById('page') as HTMLElement).render(
  <StrictMode>
    <main style={{ height: '95vh', width: asked.get('width') ?? '100%' }}>
      <ChatPanel
        assistantName="Ada"
        assistantAvatar={asked.get('avatar') === 'element' ? <b>Å</b> : (asked.get('avatar') ?? undefined)}
        header={<h1>Support</h1>}
        emptyState={<p>How can we help?</p>}
        footnote={({ messages }) => `Ada may be wrong (${messages.length})`}
        feedback
      />
    </main>
  </StrictMode>,
);
