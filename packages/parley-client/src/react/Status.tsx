import { Failure } from './Failure.tsx';
import { Notices } from './Notices.tsx';
import { usePanel } from './panel.ts';

/** What the user should know of the network and the conversation, and why there is no answer. */
export function Status() {
  const { state, actions } = usePanel();
  const { phase, notice, failure, messages } = state;
  return (
    <>
      <Notices phase={phase} notice={notice} onDismiss={actions.dismissNotice} />
      {failure && (
        <Failure
          key={failure.retryAt}
          failure={failure}
          onRetry={actions.retry}
          // Without a message it is the conversation that could not be read.
          onDiscard={messages.at(-1)?.role === 'user' ? actions.discard : undefined}
        />
      )}
    </>
  );
}
