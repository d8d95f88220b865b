import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAssistant } from '../../shared/assistants/parse-assistant.ts';

const folder = new URL('../../assistants/', import.meta.url);

describe('an assistant', () => {
  test('is its front matter and its system prompt', () => {
    const text =
      '---\ntitle: A\ndescription: B\nmax_output_tokens: 9\ntemperature: 0\naccepts: [history]\ncontext_overflow: drop\n---\n\nBe brief.\n---\nAlways.\n';
    expect(parseAssistant('a-b2', text)).toEqual({
      name: 'a-b2',
      title: 'A',
      description: 'B',
      maxOutputTokens: 9,
      temperature: 0,
      accepts: ['history'],
      contextOverflow: 'drop',
      systemPrompt: 'Be brief.\n---\nAlways.',
    });
  });

  const withMore = (more: string) => parseAssistant('a', `---\ntitle: A\ndescription: B\n${more}\n---\nBe brief.`);

  test('may have starters, in one list for all languages or a list for each, where the English one stands for what is missing', () => {
    const all = (starters: string[]) => ({
      ...{ en: starters, de: starters, fr: starters },
      es: starters,
      ja: starters,
      ar: starters,
    });
    expect(withMore('starters: [One, " Two "]').starters).toEqual(all(['One', 'Two']));
    expect(withMore('starters: {de: [Eins], en: [One]}').starters).toEqual({ ...all(['One']), de: ['Eins'] });
    expect(withMore('starters: {de: [Eins]}').starters).toEqual(all(['Eins']));
  });

  test('may have an avatar: an emoji, one or two letters, or a picture', () => {
    for (const sign of ['🔍', '👩‍👩‍👧', '🇩🇪', '👍🏽', 'A', 'CR', 'é', '李', 'عم'])
      expect(withMore(`avatar: ${sign}`).avatar).toBe(sign);
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"/>'.replace('/>', '></svg>');
    const url = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
    expect(withMore(`avatar: ${url}`).avatar).toBe(url);
    expect(withMore(`avatar: 'data:image/svg+xml,${encodeURIComponent(svg)}'`).avatar).toBe(url);
  });

  test.each([
    ...['ABC', '"12"', '"<b>"', '🔍🔍', '7', '""', 'javascript:1', 'https://contoso.com/a.png', 'data:text/html,x'],
    `data:image/svg+xml;base64,${Buffer.from(`<svg>${' '.repeat(8192)}</svg>`).toString('base64')}`,
  ])('with the avatar %s is refused', (avatar) => {
    expect(() => withMore(`avatar: ${avatar}`)).toThrow('not valid: avatar');
  });

  test.each([
    ...[
      'Hello',
      '[]',
      '[""]',
      '[1]',
      '[a, b, c, d, e, f, g]',
      `[${'x'.repeat(201)}]`,
      '{}',
      '{tlh: [a]}',
      '{en: []}',
      '{en: a}',
    ],
  ])('with the starters %s is refused', (starters) => {
    expect(() => withMore(`starters: ${starters}`)).toThrow('not valid: starters must be 1 to 6 texts');
  });

  test('reads the same with Windows line ends, so that prompt caches keep hitting', () => {
    const text = '---\ntitle: A\ndescription: B\n---\nBe brief.\nAlways.\n';
    expect(parseAssistant('a', text.replaceAll('\n', '\r\n'))).toEqual(parseAssistant('a', text));
  });

  test.each([
    ['a name that is no word', 'A b', '---\ntitle: A\ndescription: B\n---\nx', 'lower-case'],
    ['no front matter', 'a', 'Be brief.', 'front matter'],
    ['front matter that is not YAML', 'a', '---\n: [\n---\nx', 'not YAML'],
    ['a key that is not known', 'a', '---\ntitle: A\ndescription: B\ntemprature: 1\n---\nx', 'not valid'],
    ['a temperature out of range', 'a', '---\ntitle: A\ndescription: B\ntemperature: 3\n---\nx', 'temperature'],
    [
      'something to accept that is not known',
      'a',
      '---\ntitle: A\ndescription: B\naccepts: [files]\n---\nx',
      'accepts',
    ],
    [
      'an overflow that is not known',
      'a',
      '---\ntitle: A\ndescription: B\ncontext_overflow: forget\n---\nx',
      'context_overflow',
    ],
    ['a tool that cannot be named so', 'a', '---\ntitle: A\ndescription: B\ntools: [a/b c]\n---\nx', 'names no tool'],
    ['no title', 'a', '---\ndescription: B\n---\nx', 'title'],
    ['no prompt', 'a', '---\ntitle: A\ndescription: B\n---\n\n', 'no system prompt'],
  ])('with %s is refused, and the message names the file', (_, name, text, reason) => {
    expect(() => parseAssistant(name, text)).toThrow(`assistants/${name}.md`);
    expect(() => parseAssistant(name, text)).toThrow(reason);
  });

  test('of each file of the project can be used', () => {
    const files = readdirSync(folder);
    expect(files.sort()).toEqual([
      'code-reviewer.md',
      'concierge.md',
      'customer-support.md',
      'data-analyst.md',
      'default.md',
    ]);
    for (const file of files) {
      const assistant = parseAssistant(file.slice(0, -3), readFileSync(new URL(file, folder), 'utf8'));
      expect(assistant.systemPrompt).toBeTruthy();
      expect(assistant.avatar).toMatch(/^data:image\/svg/);
      for (const starters of Object.values(assistant.starters ?? {})) expect(new Set(starters).size).toBe(4);
    }
  });
});
