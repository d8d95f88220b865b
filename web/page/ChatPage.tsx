import { useMemo, useRef, useState } from 'react';
import { forgetKept } from '../../packages/parley-client/src/index.ts';
import { Conversations } from './Conversations.tsx';
import { type Credentials, callerOf, fetchWith, keepCredentials, keptCredentials } from './credentials.ts';
import { isPlatformSignIn, SignIn } from './SignIn.tsx';

/** The page: what the user needs to sign in, and then the conversations. */
export function ChatPage() {
  const [credentials, setCredentials] = useState(keptCredentials);
  const [challenge, setChallenge] = useState<string>();
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
  if (challenge === undefined) return <Conversations fetch={authorized} />;
  return <SignIn challenge={challenge} isAgain={Object.keys(credentials).length > 0} onSignIn={signIn} />;
}
