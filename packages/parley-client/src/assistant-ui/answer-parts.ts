import type { ThreadMessageLike } from '@assistant-ui/react';
import type { Message, ShownStep } from '../conversation/conversation-state.ts';
import type { DecidedCall } from './decided-calls.ts';

type Part = Exclude<ThreadMessageLike['content'], string>[number];

/**
 * What an answer is made of: its text with the calls at their places, and its sources.
 *
 * @param decided what became of calls that it left open
 * @param isElsewhere whether a call is another answer's, which left it open
 */
export function answerParts(
  { content, steps = [], sources = [], turnId }: Message,
  decided: ReadonlyMap<string, DecidedCall>,
  isElsewhere: (id: string) => boolean,
): Part[] {
  const parts: Part[] = [];
  let from = 0;
  const say = (to: number) => {
    if (to > from) parts.push({ type: 'text', text: content.slice(from, to) });
    from = to;
  };
  for (const step of steps.filter(({ id }) => !isElsewhere(id))) {
    say(step.at);
    parts.push(callPart(step, decided.get(step.id)));
  }
  say(content.length);
  const cited = sources.map((source, place) => ({ id: `${turnId}-source-${place + 1}`, ...source }));
  return [...parts, ...cited.map((source): Part => ({ type: 'source', sourceType: 'url', ...source }))];
}

function callPart(step: ShownStep, decided: DecidedCall | undefined): Part {
  const { id, name, status } = step;
  const part = { type: 'tool-call', toolCallId: id, toolName: name, argsText: step.arguments } as const;
  if (status !== 'open') return { ...part, ...resultOf(step), ...(status === 'rejected' && approvalOf(id, false)) };
  const approval = step.by_caller ? {} : approvalOf(id, decided?.isAllowed);
  return { ...part, ...approval, ...(decided?.step && resultOf(decided.step)) };
}

function approvalOf(id: string, approved: boolean | undefined): Pick<Part & { type: 'tool-call' }, 'approval'> {
  return { approval: { id, ...(approved !== undefined && { approved }) } };
}

/** That a tool did its work is told also where the service does not show its result. */
function resultOf({
  status,
  ms,
  result,
  sources,
}: ShownStep): Pick<Part & { type: 'tool-call' }, 'result' | 'isError'> {
  if (status !== 'ok' && status !== 'error') return {};
  const told = { status, ms, ...(result !== undefined && { result }), ...(sources && { sources }) };
  return { result: told, ...(status === 'error' && { isError: true }) };
}
