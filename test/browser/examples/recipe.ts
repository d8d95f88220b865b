import { readFile } from 'node:fs/promises';

/** What a section of a document has its reader do: lines for a terminal, or a file of the app. */
export type Step = { run: string } | { write: string; text: string };

/**
 * The fenced blocks of a document, in their order. A file is named by the line above its block: `` `src/App.tsx`: ``.
 *
 * @param heading of the one section that is wanted; its text alone
 */
export async function readRecipe(path: string, heading?: string): Promise<Step[]> {
  const page = await readFile(path, 'utf8');
  const sections = page.split(/^## /m);
  const section = heading === undefined ? page : sections.find((each) => each.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`${path} has no section ${heading}`);
  const blocks = section.matchAll(/^(?:`([\w./-]+)`:\n\n)?```(\w+)\n(.*?)^```$/gms);
  return Array.from(blocks, ([, write, language, text = '']): Step[] => {
    if (write !== undefined) return [{ write, text }];
    return language === 'sh' ? linesOf(text).map((run) => ({ run })) : [];
  }).flat();
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, ''))
    .filter((line) => line !== '');
}

/** Whether it starts what serves pages, and does not end by itself. */
export function isServer(step: Step): boolean {
  return 'run' in step && /^(npm (start|run (dev|preview))|npx -y sirv-cli .*)$/.test(step.run);
}

/** The same steps, with more of them before anything is served. */
export function before(steps: readonly Step[], ...more: readonly Step[]): Step[] {
  const first = steps.findIndex(isServer);
  return [...steps.slice(0, first), ...more.filter((step) => !isServer(step)), ...steps.slice(first)];
}

/** The same steps by somebody who writes one thing otherwise. */
export function replaced(steps: readonly Step[], text: string, other: string): Step[] {
  return JSON.parse(JSON.stringify(steps).replaceAll(text, other)) as Step[];
}
