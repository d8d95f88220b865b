import { type FormEvent, useEffect, useId } from 'react';
import { forgetKept } from '../../packages/parley-client/src/index.ts';
import type { Credentials } from './credentials.ts';

interface SignInProps {
  /** `WWW-Authenticate` of the answer that refused the caller. */
  challenge: string;
  /** Whether what the user gave was refused. */
  isAgain: boolean;
  onSignIn: (credentials: Credentials) => void;
}

/** Asks for what the service's `AUTH_MODE` wants. */
export function SignIn({ challenge, isAgain, onSignIn }: SignInProps) {
  return (
    <main className="parley-sign-in">
      <h1>Sign in</h1>
      {isAgain && <p role="alert">The service did not accept this.</p>}
      {isPlatformSignIn(challenge) ? (
        <PlatformSignIn />
      ) : challenge.startsWith('Bearer') ? (
        <Form
          fields={[{ label: 'Access token', name: 'token', type: 'password' }]}
          onDone={({ token }) => onSignIn({ Authorization: `Bearer ${token}` })}
        />
      ) : (
        <Form
          fields={[
            { label: 'Function key', name: 'key', type: 'password' },
            { label: 'User', name: 'user', type: 'text' },
          ]}
          onDone={({ key = '', user = '' }) => onSignIn({ 'x-functions-key': key, 'x-user-id': user })}
        />
      )}
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
  useEffect(() => {
    const timer = setTimeout(forgetKept, SAME_USER_MS);
    return () => clearTimeout(timer);
  }, []);
  const back = encodeURIComponent(location.pathname + location.hash);
  return (
    <p>
      <a className="parley-button" href={`/.auth/login/aad?post_login_redirect_uri=${back}`}>
        Sign in with Microsoft
      </a>
    </p>
  );
}

interface FormProps {
  fields: { label: string; name: string; type: 'password' | 'text' }[];
  onDone: (values: Record<string, string>) => void;
}

function Form({ fields, onDone }: FormProps) {
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
            title="Printable ASCII characters"
            autoComplete="off"
          />
        </p>
      ))}
      <p>It is kept in this tab only, until the tab is closed.</p>
      <button type="submit">Continue</button>
    </form>
  );
}
