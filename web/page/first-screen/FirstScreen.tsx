import { logo } from '../brand/logo.ts';
import { Unread } from '../controls/Unread.tsx';
import { useStrings } from '../languages/strings.ts';
import { useBrandTexts } from '../languages/use-brand-texts.ts';
import { AssistantCards } from './AssistantCards.tsx';
import { Starters } from './Starters.tsx';
import type { Assistants } from './use-assistants.ts';

interface FirstScreenProps {
  assistants: Assistants;
  picked: string | undefined;
  onPick: (name: string) => void;
}

/** What an empty conversation shows: with whom it is to be, and what others begin with. Inside the panel. */
export function FirstScreen({ assistants, picked, onPick }: FirstScreenProps) {
  const say = useStrings();
  const { greeting = say('greeting') } = useBrandTexts();
  const assistant = assistants.named(picked);
  return (
    <div className="parley-first">
      <img className="parley-logo" src={logo} alt="" />
      <h2 dir="auto">{greeting}</h2>
      {assistants.isUnread && <Unread onRetry={assistants.reload}>{say('assistantsUnread')}</Unread>}
      {assistants.items.length > 1 && (
        <AssistantCards assistants={assistants.items} picked={assistant} onPick={onPick} />
      )}
      {assistant && <Starters assistant={assistant} />}
    </div>
  );
}
