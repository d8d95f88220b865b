import { createContext } from 'react';

/** Whether a message can be sent. A context, as messages are not drawn again when it changes. */
export const CanSend = createContext(false);
