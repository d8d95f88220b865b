import type { UIMessage } from 'ai';
import type { StoredMessage } from '../client/contract.ts';

/** Ids of answers are those that streams give them. */
export function messageOf({ id, role, content, ...metadata }: StoredMessage): UIMessage {
  const parts = [{ type: 'text' as const, text: content }];
  return { id: role === 'assistant' ? metadata.turn_id : id, role, parts, metadata };
}

/** Also of answers that were streamed; of what nobody asked the service for there is none. */
export function turnIdOf({ metadata }: UIMessage): string | undefined {
  return (metadata as Partial<StoredMessage> | undefined)?.turn_id;
}

/** @throws where it holds more than text: the service would not be told of that */
export function textOf({ parts }: UIMessage): string {
  return parts
    .map((part) => {
      if (part.type !== 'text')
        throw new Error(`Parley takes text alone; this message has a part of type ${part.type}.`);
      return part.text;
    })
    .join('');
}
