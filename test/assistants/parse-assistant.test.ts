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
    ['no title', 'a', '---\ndescription: B\n---\nx', 'title'],
    ['no prompt', 'a', '---\ntitle: A\ndescription: B\n---\n\n', 'no system prompt'],
  ])('with %s is refused, and the message names the file', (_, name, text, reason) => {
    expect(() => parseAssistant(name, text)).toThrow(`assistants/${name}.md`);
    expect(() => parseAssistant(name, text)).toThrow(reason);
  });

  test('of each file of the project can be used', () => {
    const files = readdirSync(folder);
    expect(files.sort()).toEqual(['code-reviewer.md', 'customer-support.md', 'data-analyst.md', 'default.md']);
    for (const file of files) {
      expect(parseAssistant(file.slice(0, -3), readFileSync(new URL(file, folder), 'utf8')).systemPrompt).toBeTruthy();
    }
  });
});
