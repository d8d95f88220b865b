export interface SaidAnswer {
  /** What the model thought before it answered, where it said so. */
  reasoning?: string;
  /** The thoughts have no end yet, or never got one. */
  isThinking: boolean;
  answer: string;
}

const BEGIN = '<think>';
const END = '</think>';
const endBegun = /<(?:\/(?:t(?:h(?:i(?:nk?)?)?)?)?)?$/;

/**
 * Parts an answer from the reasoning before it, which models such as DeepSeek and Qwen put between `<think>` and
 * `</think>` where their server does not tell the two apart. Anywhere else these are text.
 *
 * @param isGrowing more of the text is to come
 */
export function splitReasoning(text: string, isGrowing: boolean): SaidAnswer {
  const said = text.trimStart();
  if (!said.startsWith(BEGIN)) {
    const mayBegin = isGrowing && BEGIN.startsWith(said);
    return { isThinking: false, answer: mayBegin ? '' : text };
  }
  const end = said.indexOf(END);
  if (end === -1) {
    const thoughts = said.slice(BEGIN.length);
    return { reasoning: (isGrowing ? thoughts.replace(endBegun, '') : thoughts).trim(), isThinking: true, answer: '' };
  }
  const reasoning = said.slice(BEGIN.length, end).trim();
  const answer = said.slice(end + END.length).trimStart();
  // Models that are told not to think say so by thinking nothing.
  return { ...(reasoning && { reasoning }), isThinking: false, answer };
}
