export interface Frame {
  /** Absent where the event has no id of its own. */
  id: string | undefined;
  data: string;
}

/** Server-sent events as the standard has them, from bytes that may end anywhere: an event counts once it is complete. */
export class SseReader {
  readonly frames: Frame[] = [];
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #line = '';
  #id: string | undefined;
  #data: string[] = [];

  feed(bytes: Uint8Array): void {
    const [rest = '', ...lines] = (this.#line + this.#decoder.decode(bytes, { stream: true })).split('\n').reverse();
    this.#line = rest;
    for (const line of lines.reverse()) this.#read(line.endsWith('\r') ? line.slice(0, -1) : line);
  }

  /** What a client sends as `Last-Event-ID`; 0 is nothing. */
  get lastId(): number {
    return Number(this.frames.findLast(({ id }) => id !== undefined)?.id ?? 0);
  }

  /** Every frame was received, the ending too. */
  get isWhole(): boolean {
    const last = this.frames.at(-1);
    return last !== undefined && (last.data === '[DONE]' || last.data.startsWith('{"error":'));
  }

  #read(line: string): void {
    if (line === '') {
      if (this.#data.length > 0) this.frames.push({ id: this.#id, data: this.#data.join('\n') });
      this.#id = undefined;
      this.#data = [];
    } else if (line.startsWith('data:')) this.#data.push(line.slice(line[5] === ' ' ? 6 : 5));
    else if (line.startsWith('id:')) this.#id = line.slice(line[3] === ' ' ? 4 : 3);
    else if (!line.startsWith(':')) throw new Error(`a line that is no field of the contract: ${JSON.stringify(line)}`);
  }
}
