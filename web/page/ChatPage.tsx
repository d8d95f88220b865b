import { useEffect, useMemo, useRef, useState } from 'react';
import { forgetKept } from '../../packages/parley-client/src/index.ts';
import { type Credentials, callerOf, fetchWith, keepCredentials, keptCredentials } from './account/credentials.ts';
import { signOut } from './account/sign-out.ts';
import { Conversations } from './Conversations.tsx';
import { isPlatformSignIn, SignIn } from './SignIn.tsx';

/** The page: what the user needs to sign in, and then the conversations. */
export function ChatPage() {
  const [credentials, setCredentials] = useState(keptCredentials);
  const [challenge, setChallenge] = useState<string>();
  // Of the platform, where that signed the user in.
  const [leaving, setLeaving] = useState<{ endpoint: string | undefined }>();
  // Once nothing is shown any more, so that nothing more is kept.
  useEffect(() => leaving && signOut(leaving.endpoint), [leaving]);
  const given = useRef(credentials);
  const authorized = useMemo(() => {
    // What was asked with earlier credentials may be refused when others are accepted already.
    const onRefused = (refusal: string, wasKnown: boolean) => {
      if (given.current !== credentials) return;
      // The platform alone knows who signs in next: this tab may have been left long ago.
      if (isPlatformSignIn(refusal) && !wasKnown) forgetKept();
      setChallenge(refusal);
    };
    return fetchWith(credentials, onRefused);
  }, [credentials]);
  const signIn = (next: Credentials) => {
    // What somebody else has written in this tab.
    if (callerOf(next) !== callerOf(credentials)) forgetKept();
    keepCredentials(next);
    given.current = next;
    setCredentials(next);
    setChallenge(undefined);
  };
  if (leaving !== undefined) return null;
  const hasCredentials = Object.keys(credentials).length > 0;
  if (challenge !== undefined) return <SignIn challenge={challenge} isAgain={hasCredentials} onSignIn={signIn} />;
  return (
    <Conversations
      fetch={authorized}
      hasCredentials={hasCredentials}
      onSignOut={(endpoint) => setLeaving({ endpoint })}
    />
  );
}
