import { createContext } from 'react';

/** The prefix of a text's ids: other texts on the page have notes with the same numbers. */
export const NoteIds = createContext('');

/** The prefix of the ids of what it cites: several texts may cite the same. */
export const SourceIds = createContext('');

export const noteId = (ids: string, number: number) => `${ids}note-${number}`;

export const referenceId = (ids: string, number: number, occurrence: number) =>
  `${ids}reference-${number}-${occurrence}`;

export const sourceId = (ids: string, number: number) => `${ids}source-${number}`;
