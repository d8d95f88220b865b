import { Failure } from './Failure.tsx';
import { Notices } from './Notices.tsx';
import { usePanel } from './panel.ts';

/** What the user should know of the network and the conversation, and why there is no answer. */
export function Status() {
  const { state, actions } = usePanel();
  const { failure, discards } = state;
  return (
    <>
      <Notices state={state} onDismiss={actions.dismissNotice} onDiscard={actions.discard} />
      {failure && (
        <Failure
          key={failure.retryAt}
          failure={failure}
          discards={discards}
          onRetry={actions.retry}
          onDiscard={actions.discard}
        />
      )}
    </>
  );
}
