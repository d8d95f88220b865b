import type { Assistant } from '../../../packages/parley-client/src/index.ts';
import { usePanel } from '../../../packages/parley-client/src/react/index.ts';
import { useStrings } from '../languages/strings.ts';
import { useLanguage } from '../languages/use-language.ts';

/** What people may begin with: one is asked as soon as it is chosen. Inside the panel. */
export function Starters({ assistant }: { assistant: Assistant }) {
  const say = useStrings();
  const { actions, canSend } = usePanel();
  const { language } = useLanguage();
  const starters = assistant.starters?.[language] ?? [];
  if (starters.length === 0) return null;
  return (
    <ul className="parley-starters" aria-label={say('starters')}>
      {starters.map((starter) => (
        <li key={starter}>
          <button type="button" disabled={!canSend} onClick={() => actions.send(starter)}>
            <bdi>{starter}</bdi>
          </button>
        </li>
      ))}
    </ul>
  );
}
