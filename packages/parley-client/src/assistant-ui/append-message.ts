import { type AppendMessage, MessageNotSentError } from '@assistant-ui/react';

/** @throws where it is not the whole of what somebody wants to ask: the service would not be told of the rest */
export function textOf({ role, content, attachments = [] }: AppendMessage): string {
  if (role !== 'user') throw new MessageNotSentError('Only what the user wrote can be asked.');
  const [other] = [...content.filter(({ type }) => type !== 'text'), ...attachments];
  if (other) throw new Error(`Parley takes text alone; this message has a part of type ${other.type}.`);
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}
