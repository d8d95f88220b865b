import { type RefObject, useEffect, useRef, useState } from 'react';
import { usePanel } from './panel.ts';
import { spokenText } from './spoken-text.ts';
import { useStrings } from './strings.ts';

/** Characters of an answer that is read out; of a longer one it is said that it is there. */
const SHORT = 300;
/** Long enough for screen readers to have heard it; then it is no second copy of the answer. */
const KEPT_MS = 10_000;

/**
 * For screen readers: that an answer is on its way, and then that it is there or what it says, once each and as plain
 * text.
 *
 * @param panel where the answer is shown
 */
export function Announcements({ panel }: { panel: RefObject<HTMLElement | null> }) {
  const { isUnderWay, state } = usePanel();
  const say = useStrings();
  const [told, setTold] = useState('');
  const underWay = useRef<{ turnId: string | undefined } | undefined>(undefined);
  const { failure, messages } = state;
  const latest = messages.at(-1);

  useEffect(() => {
    const before = underWay.current;
    underWay.current = isUnderWay ? { turnId: latest?.turnId } : undefined;
    if (isUnderWay && before === undefined) setTold(say('answering'));
    if (isUnderWay || before === undefined) return;
    const isAnswered = latest?.role === 'assistant' && latest.turnId === before.turnId;
    // A failure is told where everybody sees it; what was stopped before its first word is no answer.
    setTold(failure ? '' : isAnswered ? answerIn(panel.current as HTMLElement) : say('endedByStop'));

    function answerIn(element: HTMLElement): string {
      const said = [...element.querySelectorAll('.parley-assistant')].at(-1);
      const [answer = '', ending] = ['.parley-markdown', '.parley-ending'].map((part) => {
        const found = said?.querySelector(part);
        return found ? spokenText(found) : '';
      });
      const text = answer.length < SHORT ? say('answered', { answer }) : say('answerReady');
      return `${text} ${ending}`.trim();
    }
  }, [isUnderWay, latest, failure, say, panel]);
  useEffect(() => {
    if (told === '') return;
    const timer = setTimeout(() => setTold(''), KEPT_MS);
    return () => clearTimeout(timer);
  }, [told]);
  return (
    <p role="status" className="parley-hidden">
      {told}
    </p>
  );
}
