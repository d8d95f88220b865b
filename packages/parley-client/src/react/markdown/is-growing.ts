import { createContext } from 'react';

/** Whether more of the text on display is still to come. */
export const IsGrowing = createContext(false);
