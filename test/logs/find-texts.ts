import { inspect } from 'node:util';
import { SHORTEST } from './suite-logs.ts';

/** A text is found by the beginning of its first line that is long enough: a log may have cut it. */
const HEAD = 40;

/**
 * The texts that a log holds, as they are or as JSON, JSON in JSON, or an inspected object would write them. It is read
 * once, however many texts there are.
 */
export function findTexts(log: string, texts: Iterable<string>): string[] {
  const byAnchor = new Map<string, { head: string; text: string }[]>();
  for (const text of texts) {
    for (const head of headsOf(text)) {
      const anchor = head.slice(0, SHORTEST);
      const same = byAnchor.get(anchor);
      if (same === undefined) byAnchor.set(anchor, [{ head, text }]);
      else same.push({ head, text });
    }
  }
  const found = new Set<string>();
  for (let at = 0; at + SHORTEST <= log.length; at += 1) {
    for (const { head, text } of byAnchor.get(log.slice(at, at + SHORTEST)) ?? []) {
      if (log.startsWith(head, at)) found.add(text);
    }
  }
  return [...found];
}

function headsOf(text: string): Set<string> {
  const line = text.split(/[\r\n]+/).find(({ length }) => length >= SHORTEST) ?? text;
  const json = quoted(line);
  const forms = [line, json, quoted(json), inspect(line).slice(1, -1)];
  return new Set(forms.map((form) => form.slice(0, HEAD)).filter((head) => head.length >= SHORTEST));
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
