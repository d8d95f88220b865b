import { ParleyChatElement } from 'parley-client/parley-chat.js';

export const names: readonly string[] = ParleyChatElement.observedAttributes;
