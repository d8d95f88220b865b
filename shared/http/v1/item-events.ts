import type { TextPart } from './api-items.ts';
import { textPart } from './api-items.ts';
import type { ItemChange } from './output-items.ts';

/** An event of the API without its number. */
export interface UnnumberedEvent {
  type: string;
  [field: string]: unknown;
}

/** As how many events a call of a tool, what came of one, and the end of a message before it are told. */
export const COUNTS = { called: 4, returned: 2, ended: 3 };

/** What becomes of an item, as the events of the API. */
export function itemEvents(change: ItemChange): UnnumberedEvent[] {
  const { index: output_index, item } = change;
  const of = { item_id: item.id, output_index };
  const whole = (type: string) => ({ type: `response.output_item.${type}`, output_index, item });
  const part = { ...of, content_index: 0 };
  if (change.type === 'said') {
    return [{ type: 'response.output_text.delta', ...part, delta: change.text, logprobs: [] }];
  }
  const isDone = change.type === 'done';
  switch (item.type) {
    case 'message': {
      if (!isDone) {
        return [whole('added'), { type: 'response.content_part.added', ...part, part: textPart('assistant', '') }];
      }
      const [said] = item.content as [Extract<TextPart, { type: 'output_text' }>];
      return [
        ...said.annotations.map((annotation, annotation_index) => {
          return { type: 'response.output_text.annotation.added', ...part, annotation_index, annotation };
        }),
        { type: 'response.output_text.done', ...part, text: said.text, logprobs: [] },
        { type: 'response.content_part.done', ...part, part: said },
        whole('done'),
      ];
    }
    case 'mcp_call': {
      if (isDone) return [{ type: `response.mcp_call.${item.status}`, ...of }, whole('done')];
      return [
        { ...whole('added'), item: { ...item, arguments: '' } },
        { type: 'response.mcp_call.in_progress', ...of },
        { type: 'response.mcp_call_arguments.delta', ...of, delta: item.arguments },
        { type: 'response.mcp_call_arguments.done', ...of, arguments: item.arguments },
      ];
    }
    case 'function_call': {
      if (isDone) return [whole('done')];
      const { name, arguments: written } = item;
      return [
        { ...whole('added'), item: { ...item, arguments: '' } },
        { type: 'response.function_call_arguments.delta', ...of, delta: written },
        { type: 'response.function_call_arguments.done', ...of, name, arguments: written },
      ];
    }
    case 'mcp_approval_request':
      return [whole(isDone ? 'done' : 'added')];
  }
}
