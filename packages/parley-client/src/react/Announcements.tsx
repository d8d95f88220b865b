import { type RefObject, useEffect, useRef } from 'react';
import { useIdentity } from './identity.ts';
import { usePanel } from './panel.ts';
import { spokenText } from './spoken-text.ts';
import { namesIn } from './steps/names-in.ts';
import { useStepNews } from './steps/use-step-news.ts';
import { useStrings } from './strings.ts';
import { useForAWhile } from './use-for-a-while.ts';

/** Characters of an answer that is read out; of a longer one it is said that it is there. */
const SHORT = 300;
/** Long enough for screen readers to have heard it; then it is no second copy of the answer. */
const KEPT_MS = 10_000;

/**
 * For screen readers: that an answer is on its way, which tools it calls, and then that it is there or what it says, once
 * each and as plain text; and what waits for the user's approval.
 *
 * @param panel where the answers are shown
 */
export function Announcements({ panel }: { panel: RefObject<HTMLElement | null> }) {
  const { isUnderWay, state } = usePanel();
  const say = useStrings();
  const { assistantName: name } = useIdentity();
  const [told, setTold] = useForAWhile<string>(KEPT_MS);
  const underWay = useRef<{ turnId: string | undefined } | undefined>(undefined);
  const { failure, messages, open } = state;
  const latest = messages.at(-1);

  useEffect(() => {
    const before = underWay.current;
    const turnId = latest?.isUnderWay ? latest.turnId : before?.turnId;
    underWay.current = isUnderWay ? { turnId } : undefined;
    if (isUnderWay && before === undefined) setTold(say('answering'));
    // What waited behind the answer is asked by then.
    const isNext = before?.turnId !== undefined && turnId !== before.turnId;
    if (before === undefined || (isUnderWay && !isNext)) return;
    const answers = messages.filter(({ role }) => role === 'assistant');
    const place = answers.map((each) => !each.isUnderWay && each.turnId).lastIndexOf(before.turnId);
    // A failure is told where everybody sees it; what was stopped before its first word is no answer.
    if (before.turnId !== undefined && place !== -1) setTold(answerAt(place));
    else setTold(failure || isNext ? undefined : say('endedByStop'));

    function answerAt(place: number): string {
      const item = panel.current?.querySelectorAll('.parley-assistant')[place];
      const [answer = '', ending] = ['.parley-answer', '.parley-ending'].map((part) => {
        const found = item?.querySelector(part);
        return found ? spokenText(found) : '';
      });
      const whole = name === undefined ? say('answered', { answer }) : say('answeredByNamed', { name, answer });
      const said = answer.length < SHORT ? whole : say('answerReady');
      const names = namesIn(
        say.locale,
        open.map((step) => step.name),
      );
      const asked = names && say('approvalNeeded', { names });
      return [(answer || !asked) && said, ending, asked].filter(Boolean).join(' ');
    }
  }, [isUnderWay, latest, messages, failure, open, say, name, setTold, panel]);
  useStepNews(latest?.isUnderWay && latest.steps, setTold);
  return (
    <p role="status" className="parley-hidden">
      {told}
    </p>
  );
}
