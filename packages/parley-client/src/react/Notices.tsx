import { useSyncExternalStore } from 'react';
import type { Notice, Phase } from '../conversation/conversation-state.ts';
import { useStrings } from './strings.ts';

interface NoticesProps {
  phase: Phase;
  notice: Notice | undefined;
  onDismiss: () => void;
}

/** What the user should know of the network and the conversation. */
export function Notices({ phase, notice, onDismiss }: NoticesProps) {
  const say = useStrings();
  const isOnline = useSyncExternalStore(
    subscribe,
    () => navigator.onLine,
    () => true,
  );
  return (
    <div role="status" className="parley-notices">
      {!isOnline && <p>{say('offline')}</p>}
      {isOnline && phase === 'reconnecting' && <p>{say('reconnecting')}</p>}
      {notice && (
        <p>
          {say(notice)}{' '}
          <button type="button" className="parley-quiet" onClick={onDismiss}>
            {say('dismiss')}
          </button>
        </p>
      )}
    </div>
  );
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}
