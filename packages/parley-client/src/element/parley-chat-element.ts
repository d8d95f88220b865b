import { createElement } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import type { Strings } from '../react/index.ts';
import { ChatPanel } from '../react/index.ts';
import { fetchOf, type Token } from './caller-fetch.ts';
import type { ParleyChatDetails } from './events.ts';
import { styles } from './styles.js';

// A server that renders pages may import this too.
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

const properties = ['assistant', 'baseUrl', 'fetch', 'name', 'sessionId', 'strings', 'token'] as const;

/**
 * `<parley-chat>`: the chat panel for pages of any framework, or of none.
 *
 * `assistant`, `fetch`, `token` and `strings` may change at any time. Another `base-url`, `name` or `session-id` begins
 * the panel anew.
 */
export class ParleyChatElement extends Base {
  static readonly observedAttributes = ['assistant', 'base-url', 'name', 'session-id'];

  /** Sends the requests; by default the browser's own. It is given a URL and, as a plain object, headers. */
  accessor fetch: typeof globalThis.fetch | undefined;
  accessor token: Token | undefined;

  readonly #fetch = fetchOf(this);
  #root: Root | undefined;
  #panel = 0;
  #sessionId: string | undefined;
  #strings: Partial<Strings> | undefined;

  constructor() {
    super();
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = styleSheets();
    // What was set before the element was defined would hide the properties of this class.
    for (const name of properties) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      Object.assign(this, { [name]: value });
    }
  }

  get assistant(): string | undefined {
    return this.getAttribute('assistant') ?? undefined;
  }

  set assistant(value: string | null | undefined) {
    this.#reflect('assistant', value);
  }

  get baseUrl(): string | undefined {
    return this.getAttribute('base-url') ?? undefined;
  }

  set baseUrl(value: string | null | undefined) {
    this.#reflect('base-url', value);
  }

  get name(): string | undefined {
    return this.getAttribute('name') ?? undefined;
  }

  set name(value: string | null | undefined) {
    this.#reflect('name', value);
  }

  /** The session that the conversation is in by now; the attribute is the one that it began with. */
  get sessionId(): string | undefined {
    return this.#sessionId;
  }

  /** Shows another conversation: one that there is, or a new one. */
  set sessionId(value: string | null | undefined) {
    const sessionId = value || undefined;
    if (sessionId === this.#sessionId) return;
    this.#sessionId = sessionId;
    this.#begin();
  }

  get strings(): Partial<Strings> | undefined {
    return this.#strings;
  }

  /** Texts in place of the panel's English ones. */
  set strings(value: Partial<Strings> | null | undefined) {
    this.#strings = value ?? undefined;
    this.#render();
  }

  /** Where a message is written. */
  override focus(options?: FocusOptions): void {
    this.shadowRoot?.querySelector('textarea')?.focus(options);
  }

  connectedCallback(): void {
    if (this.#root !== undefined || this.shadowRoot === null) return;
    this.#root = createRoot(this.shadowRoot);
    this.#render();
  }

  disconnectedCallback(): void {
    // One that is only moved is connected again by then, and its conversation goes on.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#root?.unmount();
      this.#root = undefined;
    });
  }

  attributeChangedCallback(name: string, before: string | null, value: string | null): void {
    if (before === value) return;
    if (name === 'session-id') this.sessionId = value;
    else if (name === 'assistant') this.#render();
    else this.#begin();
  }

  #reflect(attribute: string, value: string | null | undefined): void {
    if (value == null) this.removeAttribute(attribute);
    else this.setAttribute(attribute, value);
  }

  #begin(): void {
    this.#panel += 1;
    this.#render();
  }

  #render(): void {
    this.#root?.render(
      createElement(ChatPanel, {
        key: this.#panel,
        baseUrl: this.baseUrl ?? '',
        fetch: this.#fetch,
        assistant: this.assistant,
        sessionId: this.#sessionId,
        strings: this.#strings,
        onSession: (sessionId) => {
          this.#sessionId = sessionId;
          this.#tell('parley-session', { sessionId });
        },
        onTurn: () => this.#tell('parley-turn', { sessionId: this.#sessionId }),
      }),
    );
  }

  #tell<Name extends keyof ParleyChatDetails>(name: Name, detail: ParleyChatDetails[Name]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

let sheets: CSSStyleSheet[] | undefined;

/** For all elements the same. They are no inline styles to a content security policy. */
function styleSheets(): CSSStyleSheet[] {
  // As high as a page says; by default high enough to read in.
  const host = ':host { display: block; height: 36rem } :host([hidden]) { display: none }';
  sheets ??= [host, styles].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  return sheets;
}
