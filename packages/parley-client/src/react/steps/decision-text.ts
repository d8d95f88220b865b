import type { Message } from '../../conversation/conversation-state.ts';
import type { Strings } from '../english.ts';
import type { Say } from '../texts.ts';
import { namesIn } from './names-in.ts';

/** What a user has decided in place of a message: on the calls that the answer before it left open. */
export function decisionText(
  messages: readonly Pick<Message, 'approve' | 'steps'>[],
  place: number,
  say: Say<keyof Strings>,
): string {
  const approve = messages[place]?.approve ?? [];
  const isNamed = (id: string) => approve.some((each) => each.id === id);
  const isAllowed = (id: string) => approve.some((each) => each.id === id && each.decision === 'yes');
  const open = messages[place - 1]?.steps?.filter(({ status }) => status === 'open');
  // Where that was not read, the answer behind it has the calls under the same ids.
  const calls = open ?? messages[place + 1]?.steps?.filter(({ id }) => isNamed(id)) ?? [];
  const names = (wanted: boolean) => calls.filter(({ id }) => isAllowed(id) === wanted).map(({ name }) => name);
  return [{ text: 'youAllowed', names: names(true) } as const, { text: 'youDeclined', names: names(false) } as const]
    .filter((each) => each.names.length > 0)
    .map((each) => say(each.text, { names: namesIn(say.locale, each.names) }))
    .join(' ');
}
