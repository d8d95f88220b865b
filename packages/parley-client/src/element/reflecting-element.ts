// A server that renders pages may import this too.
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

type Text = string | undefined;
/** What properties may be set to, as frameworks have it. */
type SetText = string | null | undefined;

/** The attributes of `<parley-chat>` that are properties too. */
export class ReflectingElement extends Base {
  get assistant(): Text {
    return this.#text('assistant');
  }

  set assistant(value: SetText) {
    this.#setText('assistant', value);
  }

  /** The address of an image, or a letter or two. */
  get assistantAvatar(): Text {
    return this.#text('assistant-avatar');
  }

  set assistantAvatar(value: SetText) {
    this.#setText('assistant-avatar', value);
  }

  get assistantName(): Text {
    return this.#text('assistant-name');
  }

  set assistantName(value: SetText) {
    this.#setText('assistant-name', value);
  }

  get baseUrl(): Text {
    return this.#text('base-url');
  }

  set baseUrl(value: SetText) {
    this.#setText('base-url', value);
  }

  /** Answers can be rated. */
  get feedback(): boolean {
    return this.hasAttribute('feedback');
  }

  set feedback(value: boolean | null | undefined) {
    this.toggleAttribute('feedback', value === true);
  }

  get label(): Text {
    return this.#text('label');
  }

  set label(value: SetText) {
    this.#setText('label', value);
  }

  get name(): Text {
    return this.#text('name');
  }

  set name(value: SetText) {
    this.#setText('name', value);
  }

  #text(attribute: string): Text {
    return this.getAttribute(attribute) ?? undefined;
  }

  #setText(attribute: string, value: SetText): void {
    if (value === null || value === undefined) this.removeAttribute(attribute);
    else this.setAttribute(attribute, value);
  }
}
