import { useEffect, useState } from 'react';
import type { ConversationState } from '../conversation/conversation-state.ts';

/** For screen readers: that an answer is on its way, and then the whole answer, once; never its tokens one by one. */
export function Announcements({ state: { phase, messages } }: { state: ConversationState }) {
  const [wasUnderWay, setWasUnderWay] = useState(false);
  const isUnderWay = phase !== 'loading' && phase !== 'ready';
  useEffect(() => {
    if (isUnderWay) setWasUnderWay(true);
  }, [isUnderWay]);
  const latest = messages.at(-1);
  const text = isUnderWay
    ? phases[phase]
    : wasUnderWay && latest?.role === 'assistant'
      ? `Assistant: ${latest.content}`
      : '';
  return (
    <p role="status" className="parley-hidden">
      {text}
    </p>
  );
}

const phases = {
  loading: '',
  ready: '',
  waiting: 'The assistant is thinking.',
  answering: 'The assistant is writing.',
  stopping: 'Stopping.',
  // Said where everybody sees it.
  reconnecting: '',
};
