import { type FormEvent, useEffect, useId } from 'react';
import { forgetKept } from '../../packages/parley-client/src/index.ts';
import type { Credentials } from './account/credentials.ts';
import { Brand } from './brand/Brand.tsx';
import { Footnote } from './conversation/Footnote.tsx';
import { LanguagePicker } from './languages/LanguagePicker.tsx';
import { useStrings } from './languages/strings.ts';

interface SignInProps {
  /** `WWW-Authenticate` of the answer that refused the caller. */
  challenge: string;
  /** Whether what the user gave was refused. */
  isAgain: boolean;
  onSignIn: (credentials: Credentials) => void;
}

/** Asks for what the service's `AUTH_MODE` wants. */
export function SignIn({ challenge, isAgain, onSignIn }: SignInProps) {
  const say = useStrings();
  return (
    <main className="parley-sign-in">
      <Brand />
      <h1>{say('signIn')}</h1>
      {isAgain && <p role="alert">{say('notAccepted')}</p>}
      {isPlatformSignIn(challenge) ? (
        <PlatformSignIn />
      ) : challenge.startsWith('Bearer') ? (
        <Form
          fields={[{ label: say('accessToken'), name: 'token', type: 'password' }]}
          onDone={({ token }) => onSignIn({ Authorization: `Bearer ${token}` })}
        />
      ) : (
        <Form
          fields={[
            { label: say('functionKey'), name: 'key', type: 'password' },
            { label: say('user'), name: 'user', type: 'text' },
          ]}
          onDone={({ key = '', user = '' }) => onSignIn({ 'x-functions-key': key, 'x-user-id': user })}
        />
      )}
      <LanguagePicker />
      <Footnote />
    </main>
  );
}

/** Whether App Service signs users in. */
export function isPlatformSignIn(challenge: string): boolean {
  return challenge.startsWith('AppServiceAuth');
}

/** Who takes longer may have left, and the next one be somebody else. */
const SAME_USER_MS = 10 * 60_000;

function PlatformSignIn() {
  const say = useStrings();
  useEffect(() => {
    const timer = setTimeout(forgetKept, SAME_USER_MS);
    return () => clearTimeout(timer);
  }, []);
  const back = encodeURIComponent(location.pathname + location.hash);
  return (
    <p>
      <a className="parley-button parley-main" href={`/.auth/login/aad?post_login_redirect_uri=${back}`}>
        {say('signInWithMicrosoft')}
      </a>
    </p>
  );
}

interface FormProps {
  fields: { label: string; name: string; type: 'password' | 'text' }[];
  onDone: (values: Record<string, string>) => void;
}

function Form({ fields, onDone }: FormProps) {
  const say = useStrings();
  const id = useId();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onDone(Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>);
  };
  return (
    <form onSubmit={submit}>
      {fields.map(({ label, name, type }) => (
        <p key={name}>
          <label htmlFor={id + name}>{label}</label>
          {/* Header values: what a header cannot hold would never reach the service. */}
          <input
            id={id + name}
            name={name}
            type={type}
            required
            pattern="[ -~]+"
            title={say('printable')}
            autoComplete="off"
          />
        </p>
      ))}
      <p>{say('keptInTab')}</p>
      <button type="submit" className="parley-button parley-main">
        {say('continue')}
      </button>
    </form>
  );
}
