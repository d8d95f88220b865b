import type { ReactNode } from 'react';
import { SpeechIcon } from './icons.tsx';
import { useIdentity } from './identity.ts';
import { Moment } from './Moment.tsx';
import { useStrings } from './strings.ts';

/** Above an answer: who says it, to be seen, as its heading is heard; and when. */
export function AssistantIdentity({ timestamp }: { timestamp: string | undefined }) {
  const say = useStrings();
  const { assistantName = say('assistantName'), assistantAvatar } = useIdentity();
  return (
    <div className="parley-identity">
      <span className="parley-avatar" aria-hidden="true">
        {pictureOf(assistantAvatar)}
      </span>
      <span className="parley-name" aria-hidden="true">
        {assistantName}
      </span>
      <Moment at={timestamp} />
    </div>
  );
}

function pictureOf(avatar: ReactNode): ReactNode {
  if (avatar === undefined || avatar === '') return <SpeechIcon />;
  if (typeof avatar === 'string' && /^(https:|data:image\/)/.test(avatar)) return <img src={avatar} alt="" />;
  return avatar;
}
