import {
  ChatPanel,
  Composer,
  Markdown,
  MessageList,
  Status,
  usePanel,
} from '../../../packages/parley-client/src/react/index.ts';
import '../../../packages/parley-client/src/react/parley-client.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

/** A part of the app's own: what its users ask most. */
function Questions() {
  const { actions, canSend } = usePanel();
  return (
    <button type="button" disabled={!canSend} onClick={() => actions.send('What does it cost?')}>
      Costs
    </button>
  );
}

createRoot(document.getElementById('page') as HTMLElement).render(
  <StrictMode>
    <main style={{ display: 'flex', height: '90vh' }}>
      <h1>Contoso</h1>
      <button type="button">Elsewhere</button>
      <ChatPanel label="Support" />
      <ChatPanel label="Sales" autoFocus>
        <Composer />
        <Status />
        <Questions />
        <Markdown text="Ask **us**." />
        <MessageList />
      </ChatPanel>
    </main>
  </StrictMode>,
);
