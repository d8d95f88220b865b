import type { ParleyChatEventMap } from './events.ts';
import { ParleyChatElement } from './parley-chat-element.ts';

export type { Token } from './caller-fetch.ts';
export type { ParleyChatDetails, ParleyChatEventMap } from './events.ts';
export { ParleyChatElement };

// Where a page is rendered by a server there are no elements to define, and a page may load the element in two bundles.
if (!globalThis.customElements?.get('parley-chat')) {
  globalThis.customElements?.define('parley-chat', ParleyChatElement);
}

declare global {
  interface HTMLElementTagNameMap {
    'parley-chat': ParleyChatElement;
  }
  interface GlobalEventHandlersEventMap extends ParleyChatEventMap {}
}
