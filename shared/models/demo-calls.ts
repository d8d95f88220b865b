import type { CompletionOptions, PromptMessage, ToolCall } from '../conversation/ports/model.ts';

/** No more calls side by side. */
const MOST_CALLS = 4;

/** A tool's input, as far as the demo looks at it. */
interface Input {
  required?: string[];
  properties?: Record<string, { description?: string }>;
}

/**
 * What the demo model calls, by rule, once in a turn: the first tool of whose name or description the message has a word of
 * four letters or more, or, for a question in any language, the first that needs no argument. One that takes a time zone is
 * called for each city of one that the message names.
 */
export function demoCalls(messages: readonly PromptMessage[], tools: CompletionOptions['tools']): ToolCall[] {
  const asked = messages.at(-1);
  if (tools === undefined || tools.isLast || asked?.role !== 'user') return [];
  const words = wordsOf(asked.content);
  const isQuestion = /[?？؟]/.test(asked.content);
  const tool =
    tools.offered.find(({ name, description }) => wordsOf(`${name} ${description}`).intersection(words).size > 0) ??
    tools.offered.find(({ parameters }) => isQuestion && requiredOf(parameters).length === 0);
  if (tool === undefined) return [];
  const given = Object.fromEntries(requiredOf(tool.parameters).map((name) => [name, asked.content]));
  return inputsOf(tool.parameters, asked.content).map((more, place) => ({
    id: `call_${messages.length}_${place}`,
    name: tool.name,
    arguments: JSON.stringify({ ...given, ...more }),
  }));
}

function requiredOf({ required = [] }: Input): string[] {
  return required;
}

/** What is said in each call, beside what is required. */
function inputsOf({ properties = {} }: Input, message: string): object[] {
  const [zone] = Object.keys(properties).filter((name) => properties[name]?.description?.includes('time zone'));
  const zones = zone === undefined ? [] : zonesIn(message);
  return zone === undefined || zones.length === 0 ? [{}] : zones.map((each) => ({ [zone]: each }));
}

/** Time zones by their cities, as English writes them: `Asia/Tokyo` for Tokyo. */
function zonesIn(message: string): string[] {
  const said = ` ${plain(message)} `;
  const isNamed = (zone: string) => said.includes(` ${plain(zone.split('/').at(-1) ?? '')} `);
  return Intl.supportedValuesOf('timeZone').filter(isNamed).slice(0, MOST_CALLS);
}

/** Its words in small letters without accents, with a space between them. */
function plain(text: string): string {
  return (
    text
      .normalize('NFD')
      .replaceAll(/\p{M}/gu, '')
      .toLowerCase()
      .match(/\p{L}+/gu) ?? []
  ).join(' ');
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/\p{L}{4,}/gu));
}
