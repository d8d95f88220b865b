import { createElement } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { ChatPanel } from '../react/ChatPanel.tsx';
import { english, type Strings } from '../react/english.ts';
import { fetchOf, type Token } from './caller-fetch.ts';
import type { ParleyChatDetails } from './events.ts';
import { ReflectingElement } from './reflecting-element.ts';
import { styleSheets } from './style-sheets.ts';

const properties = [
  'assistant',
  'assistantAvatar',
  'assistantName',
  'baseUrl',
  'feedback',
  'fetch',
  'label',
  'name',
  'sessionId',
  'strings',
  'token',
] as const;

/**
 * `<parley-chat>`: the chat panel for pages of any framework, or of none. What is a child of it with `slot="header"`
 * stands above the messages, with `slot="empty-state"` in their place while there are none, and with `slot="footnote"` below
 * the message field.
 *
 * Another `base-url`, `name` or `session-id` is another conversation; all else may change while one is shown.
 */
export class ParleyChatElement extends ReflectingElement {
  static readonly observedAttributes = [
    ...['assistant', 'assistant-avatar', 'assistant-name', 'base-url', 'feedback', 'label', 'name', 'session-id'],
  ];

  /** Sends the requests; by default the browser's own. It is given a URL and, as a plain object, headers. */
  accessor fetch: typeof globalThis.fetch | undefined;
  accessor token: Token | undefined;

  readonly #fetch = fetchOf(this);
  #root: Root | undefined;
  /** How many conversations there were. */
  #place = 0;
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

  /** Leads to the message field. */
  override focus(options?: FocusOptions): void {
    this.shadowRoot?.querySelector<HTMLElement>('.parley-composer textarea')?.focus(options);
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
    else if (name === 'base-url' || name === 'name') this.#begin();
    else this.#render();
  }

  #begin(): void {
    this.#place += 1;
    this.#render();
  }

  #render(): void {
    const { assistant, assistantAvatar, assistantName, baseUrl = '', feedback, label, name, sessionId, strings } = this;
    const invitation = createElement('p', { className: 'parley-empty' }, { ...english, ...strings }.emptyConversation);
    this.#root?.render(
      createElement(ChatPanel, {
        key: this.#place,
        ...{ assistant, assistantAvatar, assistantName, baseUrl, feedback, label, name, sessionId, strings },
        fetch: this.#fetch,
        header: createElement('slot', { name: 'header' }),
        emptyState: createElement('slot', { name: 'empty-state' }, invitation),
        footnote: createElement('slot', { name: 'footnote' }),
        ...this.#listeners,
      }),
    );
  }

  readonly #listeners = {
    onSession: (sessionId: string | undefined) => {
      this.#sessionId = sessionId;
      this.#tell('parley-session', { sessionId });
    },
    onTurn: () => this.#tell('parley-turn', { sessionId: this.#sessionId }),
    onError: (failure: ParleyChatDetails['parley-error']) => this.#tell('parley-error', failure),
    onFeedback: (feedback: ParleyChatDetails['parley-feedback']) => this.#tell('parley-feedback', feedback),
  };

  #tell<Name extends keyof ParleyChatDetails>(name: Name, detail: ParleyChatDetails[Name]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
