import type { ToolCalled, ToolReturned } from '../events.ts';
import type { JournaledCall, StepResult } from '../ports/journal.ts';
import type { StoredStep } from '../ports/stored.ts';

/** How a call is told to the caller. */
export function calledEvent({
  stepId: id,
  tool: name,
  arguments: written,
  isOpen,
  byCaller,
}: JournaledCall): ToolCalled {
  return { type: 'tool-called', id, name, arguments: written, ...waitingFor(isOpen, byCaller) };
}

function waitingFor(isOpen = false, byCaller = false): Pick<ToolCalled, 'approve' | 'by_caller'> {
  return byCaller ? { by_caller: true } : isOpen ? { approve: true } : {};
}

export function returnedEvent({ stepId: id, isShown }: JournaledCall, result: StepResult): ToolReturned {
  const { status, ms, text, sources } = result;
  return { type: 'tool-returned', id, status, ms, ...(isShown && { result: text }), ...(sources && { sources }) };
}

/** How a stored step is told again. */
export function stepEvents(step: StoredStep): (ToolCalled | ToolReturned)[] {
  const { id, name, status, ms, result, sources, shown } = step;
  const waits = waitingFor(status === 'open', step.by_caller);
  const called: ToolCalled = { type: 'tool-called', id, name, arguments: step.arguments, ...waits };
  if (status === 'open') return [called];
  return [called, { type: 'tool-returned', id, status, ms, ...(shown && { result }), ...(sources && { sources }) }];
}
