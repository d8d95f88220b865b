import { useEffect, useReducer, useRef } from 'react';

interface Conversation {
  draft: string;
  said: { by: 'you' | 'assistant'; text: string }[];
  /** None before the first answer. */
  session: string | null;
  isWaiting: boolean;
}

type Change =
  | { type: 'written'; text: string }
  | { type: 'sent' }
  | { type: 'answered'; session: string; text: string }
  | { type: 'over' };

function changed(before: Conversation, change: Change): Conversation {
  const { said, draft } = before;
  switch (change.type) {
    case 'written':
      return { ...before, draft: change.text };
    case 'sent':
      return { ...before, draft: '', said: [...said, { by: 'you', text: draft }], isWaiting: true };
    case 'answered':
      return { ...before, session: change.session, said: [...said, { by: 'assistant', text: change.text }] };
    case 'over':
      return { ...before, isWaiting: false };
  }
}

/** The least that talks to the service: what somebody writes who has seen `POST /chat` alone. */
export function PlainChat() {
  const [conversation, change] = useReducer(changed, { draft: '', said: [], session: null, isWaiting: false });
  const { draft, said, session, isWaiting } = conversation;
  const end = useRef<HTMLLIElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the end moves with each message
  useEffect(() => {
    end.current?.scrollIntoView();
  }, [said.length]);

  async function ask() {
    if (draft.trim() === '') return;
    change({ type: 'sent' });
    try {
      const answer = await fetch('/chat', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ message: draft, session_id: session }),
      });
      const { session_id, response } = await answer.json();
      change({ type: 'answered', session: session_id, text: response });
    } catch (error) {
      console.error('There was no answer.', error);
    }
    change({ type: 'over' });
  }

  return (
    <main>
      <ol>
        {said.map(({ by, text }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: nothing is ever taken out
          <li key={place} data-by={by}>
            {text}
          </li>
        ))}
        <li ref={end}>{isWaiting && 'Thinking...'}</li>
      </ol>
      <input
        aria-label="Message"
        value={draft}
        onChange={({ target }) => change({ type: 'written', text: target.value })}
        onKeyDown={({ key }) => key === 'Enter' && ask()}
      />
      <button type="button" onClick={ask} disabled={isWaiting}>
        Send
      </button>
    </main>
  );
}
