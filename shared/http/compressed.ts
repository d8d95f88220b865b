import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** By `Content-Encoding`; what is smaller comes first. */
const compressors = {
  // The last step of brotli, to 11, takes thirty times as long for the last 7 %.
  br: (content: Buffer) => promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (content: Buffer) => promisify(gzip)(content, { level: 9 }),
};

type Coding = keyof typeof compressors;

/** Something that is served often: compressed at its first use in each coding, as the platform compresses no answer. */
export class Compressed {
  readonly content: Buffer;
  readonly #bodies = new Map<Coding, Promise<Buffer>>();

  constructor(content: Buffer) {
    this.content = content;
  }

  /** The smallest that a client takes, by its `Accept-Encoding`; no coding where it takes none. */
  async accepted(acceptEncoding: string | null): Promise<{ coding: Coding | undefined; body: Buffer }> {
    const coding = (Object.keys(compressors) as Coding[]).find((each) => takes(acceptEncoding ?? '', each));
    if (coding === undefined) return { coding, body: this.content };
    const body = this.#bodies.get(coding) ?? compressors[coding](this.content);
    this.#bodies.set(coding, body);
    return { coding, body: await body };
  }
}

/** Whether a client takes a coding, by its `Accept-Encoding` (RFC 9110, 12.5.3). */
function takes(accepted: string, coding: Coding): boolean {
  return accepted.split(',').some((each) => {
    const [name = '', weight = ''] = each.split(';').map((part) => part.trim().toLowerCase());
    return name === coding && !/^q=0(\.0*)?$/.test(weight);
  });
}
