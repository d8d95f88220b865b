import { StrictMode } from 'react';
import { ChatPanel } from '../../../packages/parley-client/src/react/index.ts';

export function App() {
  return (
    <StrictMode>
      <ChatPanel label="Support" autoFocus feedback header={<p>Ask us.</p>} emptyState={() => <p>Nothing yet.</p>} />
      <ChatPanel label="Sales" />
    </StrictMode>
  );
}
