import { useEffect, useState } from 'react';
import type { ConversationState, Phase } from '../conversation/conversation-state.ts';
import { type Strings, useStrings } from './strings.ts';

/** For screen readers: that an answer is on its way, and then the whole answer, once; never its tokens one by one. */
export function Announcements({ state: { phase, messages } }: { state: ConversationState }) {
  const say = useStrings();
  const [wasUnderWay, setWasUnderWay] = useState(false);
  const isUnderWay = phase !== 'loading' && phase !== 'ready';
  useEffect(() => {
    if (isUnderWay) setWasUnderWay(true);
  }, [isUnderWay]);
  const latest = messages.at(-1);
  const told = phases[phase];
  const text = isUnderWay
    ? told && say(told)
    : wasUnderWay && latest?.role === 'assistant' && say('answered', { answer: latest.content });
  return (
    <p role="status" className="parley-hidden">
      {text || ''}
    </p>
  );
}

// That the page reconnects is said where everybody sees it.
const phases: Partial<Record<Phase, keyof Strings>> = {
  waiting: 'thinking',
  answering: 'writing',
  stopping: 'stopping',
};
