import { createContext, type ReactNode, useContext } from 'react';

/** Whom the user talks to. */
export interface Identity {
  /** What the assistant is called above its answers; by default `strings.assistantName`. */
  assistantName?: string | undefined;
  /** Its picture: an element, the `https:` or `data:` address of an image, or a letter or two. */
  assistantAvatar?: ReactNode;
}

const Known = createContext<Identity>({});

export const IdentityProvider = Known.Provider;

export function useIdentity(): Identity {
  return useContext(Known);
}
