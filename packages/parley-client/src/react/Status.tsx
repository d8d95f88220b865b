import { useEffect, useState, useSyncExternalStore } from 'react';
import { isOffline, onNetwork } from '../client/online.ts';
import { usePanel } from './panel.ts';
import { useStrings } from './strings.ts';

/** A turn without a word for so long is said to be under way still. */
const PATIENCE_MS = 10_000;

/** What the user should know of the network and the conversation. Why a message has no answer stands under that. */
export function Status() {
  const say = useStrings();
  const { state, actions, isUnderWay } = usePanel();
  const { phase, notice, messages } = state;
  const isToolAtWork = isUnderWay && messages.at(-1)?.steps?.some(({ status }) => status === 'running') === true;
  const isOnline = useSyncExternalStore(
    onNetwork,
    () => !isOffline(),
    () => true,
  );
  const isSlow = useIsLong(phase === 'waiting');
  const isToolSlow = useIsLong(isToolAtWork);
  return (
    <div role="status" className="parley-notices">
      {!isOnline && <p>{say('offline')}</p>}
      {isOnline && phase === 'reconnecting' && <p>{say('reconnecting')}</p>}
      {isOnline && isSlow && <p>{say('stillWorking')}</p>}
      {isOnline && phase !== 'reconnecting' && isToolSlow && <p>{say('toolStillWorking')}</p>}
      {notice && (
        <p>
          {say(notice)}{' '}
          <button type="button" className="parley-quiet" onClick={actions.dismissNotice}>
            {say('dismiss')}
          </button>
        </p>
      )}
    </div>
  );
}

/** Whether something has lasted for longer than a user waits without wondering. */
function useIsLong(lasts: boolean): boolean {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    if (!lasts) return;
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [lasts]);
  return isLong;
}
