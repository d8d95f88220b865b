import { indentedJson } from './indented-json.ts';

export interface ShownData {
  text: string;
  isJson: boolean;
}

/** Marks that turn the direction of what follows, or take no room: what is shown would not be what is there. */
const unseen = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/**
 * What a tool was given or has returned, as people read it: JSON with its structure, and with the escapes of what is not
 * seen; anything else as it is.
 */
export function shownData(text: string): ShownData {
  const indented = indentedJson(text);
  return indented === undefined
    ? { text, isJson: false }
    : { text: indented.replaceAll(unseen, escaped), isJson: true };
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
