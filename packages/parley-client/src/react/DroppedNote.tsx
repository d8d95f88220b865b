import { useStrings } from './strings.ts';

/** Where the messages begin that the model is shown: of some before, it was not shown anything. */
export function DroppedNote({ count }: { count: number }) {
  const say = useStrings();
  return (
    <li className="parley-note">
      <p className="parley-divider">{say('droppedMessages', { count })}</p>
    </li>
  );
}
