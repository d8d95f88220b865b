import { usePanel } from './panel.ts';
import { useStrings } from './strings.ts';

/** The message that waits for the answer which is on its way. */
export function QueuedMessage() {
  const { state, actions } = usePanel();
  const say = useStrings();
  const { queued } = state;
  return (
    <div role="status" className="parley-queued">
      {queued && (
        <div>
          <p>
            <strong>{say('queued')}</strong> <span dir="auto">{queued.content}</span>
          </p>
          <button type="button" className="parley-quiet" onClick={actions.takeQueuedBack}>
            {say('editQueued')}
          </button>
          <button type="button" className="parley-quiet" onClick={actions.dropQueued}>
            {say('removeQueued')}
          </button>
        </div>
      )}
    </div>
  );
}
