import { parse } from 'yaml';
import * as z from 'zod/mini';
import type { Assistant } from '../conversation/assistant.ts';
import { frontMatter } from './front-matter.ts';

/**
 * Reads an assistant from its file: YAML front matter between lines of `---`, then the system prompt.
 *
 * @param name the file's name without `.md`
 * @throws {Error} that says which file is wrong, and how.
 */
export function parseAssistant(name: string, text: string): Assistant {
  const wrong = (how: string) => new Error(`assistants/${name}.md ${how}`);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) throw wrong('must be named in lower-case words with hyphens');
  const [, head, body] = /^---\n(.*?)\n---\n(.*)$/s.exec(text.replaceAll('\r\n', '\n')) ?? [];
  if (head === undefined || body === undefined) throw wrong('must begin with front matter between lines of ---');
  const checked = z.safeParse(frontMatter, readYaml(head, wrong));
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw wrong(`has front matter that is not valid: ${issue?.path.join('.')} ${issue?.message}`);
  }
  const systemPrompt = body.trim();
  if (systemPrompt === '') throw wrong('has no system prompt after its front matter');
  const { title, description, avatar, starters, max_output_tokens, ...rest } = checked.data;
  const { context_overflow, temperature, tools, accepts } = rest;
  return {
    name,
    title,
    description,
    systemPrompt,
    ...(avatar === undefined ? {} : { avatar }),
    ...(starters === undefined ? {} : { starters }),
    ...(max_output_tokens === undefined ? {} : { maxOutputTokens: max_output_tokens }),
    ...(context_overflow === undefined ? {} : { contextOverflow: context_overflow }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(tools === undefined ? {} : { tools }),
    ...(accepts === undefined ? {} : { accepts }),
  };
}

function readYaml(head: string, wrong: (how: string) => Error): unknown {
  try {
    return parse(head);
  } catch (error) {
    throw wrong(`has front matter that is not YAML: ${(error as Error).message}`);
  }
}
