import { useEffect, useRef } from 'react';
import type { ShownStep } from '../../conversation/conversation-state.ts';
import { useStrings } from '../strings.ts';
import { namesIn } from './names-in.ts';

/**
 * Tells, once each, that calls have begun and that they failed.
 *
 * @param steps of the answer that is on its way
 */
export function useStepNews(steps: readonly ShownStep[] | undefined, tell: (news: string) => void): void {
  const say = useStrings();
  const told = useRef(new Set<string>());
  useEffect(() => {
    const fresh = steps?.filter(({ id, status }) => !told.current.has(`${id} ${status}`)) ?? [];
    if (fresh.length === 0) return;
    for (const { id, status } of fresh) told.current.add(`${id} ${status}`);
    const names = (wanted: ShownStep['status']) =>
      fresh.filter(({ status }) => status === wanted).map(({ name }) => name);
    const begun = names('running');
    const news = [
      ...names('error').map((name) => say('stepFailed', { name })),
      ...(begun.length > 0 ? [say('stepRunning', { name: namesIn(say.locale, begun) })] : []),
    ];
    if (news.length > 0) tell(news.join(' '));
  }, [steps, say, tell]);
}
