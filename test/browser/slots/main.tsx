import {
  ChatPanel,
  type CodeProps,
  type LinkProps,
  type StepProps,
} from '../../../packages/parley-client/src/react/index.ts';
import '../../../packages/parley-client/src/react/parley-client.css';
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';

const renderers = {
  code: ({ code, language, isComplete }: CodeProps) => (
    <figure aria-label={`${language}, ${isComplete ? 'complete' : 'growing'}`}>{code}</figure>
  ),
  step: ({ step, children }: StepProps) =>
    step.name === 'orders/search' ? (
      <figure aria-label={`${step.name}, ${step.status}`}>{step.result}</figure>
    ) : (
      children
    ),
  link: ({ href, children }: LinkProps) => <cite title={href}>{children}</cite>,
};

function App() {
  const [told, setTold] = useState('nothing');
  return (
    <main style={{ height: '90vh' }}>
      <output>{told}</output>
      <ChatPanel
        label="Support"
        header={({ messages }) => <h1>Support, {messages.length} messages</h1>}
        emptyState={<p>How can we help?</p>}
        messageActions={(message, { copy, rate }) => (
          <>
            {copy}
            {rate}
            <button type="button" onClick={() => setTold(`${message.role}: ${message.content}`)}>
              Share
            </button>
          </>
        )}
        renderers={renderers}
        onFeedback={({ sessionId, turnId, rating }) => setTold(`${sessionId} ${turnId} ${rating}`)}
        strings={{ copy: 'Copy text', answered: 'We say: {answer}' }}
      />
    </main>
  );
}

createRoot(document.getElementById('page') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
