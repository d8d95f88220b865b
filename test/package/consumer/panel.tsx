import { ChatPanel, type ChatPanelProps, english, type Strings } from 'parley-client/react';
import { german } from 'parley-client/react/languages';
import 'parley-client/react.css';
import { createRoot } from 'react-dom/client';

const strings: Partial<Strings> = { send: `${english.send}!` };
const place: ChatPanelProps = { baseUrl: 'https://chat.contoso.com', fetch: (url, init) => fetch(url, init) };

// @ts-expect-error: the panel says nothing of that name.
export const unknown: Partial<Strings> = { sendd: 'Send' };

export const dutch: Strings = { ...english, language: 'nl', droppedMessages: { one: 'een', other: 'meer' } };

// @ts-expect-error: a plural has a text for what has no form of its own.
export const incomplete: Partial<Strings> = { droppedMessages: { one: 'een' } };

createRoot(document.body).render(
  <ChatPanel
    {...place}
    strings={{ ...german, ...strings }}
    assistant="code-reviewer"
    sessionId={location.hash.slice(1) || undefined}
    onSession={(sessionId) => history.replaceState(null, '', `#${sessionId ?? ''}`)}
    onTurn={() => document.title.trim()}
    onError={({ code }) => console.error(code)}
    onFeedback={({ rating }) => console.info(rating)}
    header={<h2>Support</h2>}
    emptyState={() => <p>How can we help?</p>}
  />,
);
