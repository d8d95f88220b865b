import { type Token, type Tokens, walkTokens } from 'marked';
import type { Source } from '../../client/source.ts';
import { decodeEntities } from './decode-entities.ts';
import type { FootnoteReference } from './footnote-extensions.ts';
import { webAddress } from './safe-address.ts';
import type { Note } from './token-finisher.ts';

export interface NumberedSource extends Source {
  number: number;
}

/** Of definitions such as `[1]: https://example.com "Title"`. */
export function definedSources(definitions: Tokens.Def[]): NumberedSource[] {
  const sources = new Map<number, NumberedSource>();
  for (const { tag, href, title } of definitions) {
    const number = /^\d{1,3}$/.test(tag) ? Number(tag) : Number.NaN;
    if (Number.isNaN(number) || sources.has(number) || !webAddress(href)) continue;
    sources.set(number, { number, url: decodeEntities(href), ...(title && { title: decodeEntities(title) }) });
  }
  return [...sources.values()].sort((a, b) => a.number - b.number);
}

/** Of footnotes, each of which is one link. While the text grows, the first says what the others will be. */
export function notedSources(notes: Note[], isGrowing: boolean): (NumberedSource | Note)[] | undefined {
  const sources = notes.map((note) => sourceOf(note) ?? note);
  const isSource = (source: NumberedSource | Note | undefined) => source !== undefined && 'url' in source;
  return (isGrowing ? isSource(sources[0]) : sources.length > 0 && sources.every(isSource)) ? sources : undefined;
}

/** Makes marks of sources of the references to footnotes. */
export function citeNotes(blocks: Token[]): void {
  walkTokens(blocks, (token) => {
    const { type, number } = token as FootnoteReference;
    if (type === 'footnoteReference') Object.assign(token, { type: 'sourceMark', numbers: [number] });
  });
}

function sourceOf({ number, tokens }: Note): NumberedSource | undefined {
  const [paragraph, ...more] = tokens.filter(({ type }) => type !== 'space');
  if (paragraph?.type !== 'paragraph' || more.length > 0) return undefined;
  const [link, ...others] = (paragraph.tokens ?? []).filter(({ raw }) => raw.trim() !== '');
  if (link?.type !== 'link' || others.length > 0 || !webAddress(link['href'])) return undefined;
  return { number, url: link['href'], ...(!link['autolink'] && { title: link['text'] }) };
}
