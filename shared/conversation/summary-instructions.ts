const KEEP =
  'Keep every fact, name, number, decision, wish and open question that may matter later, in the language of the conversation.';

/** @param messages how many, of those behind the summaries */
export function blockInstruction(messages: number, isContinued: boolean, tokens: number): string {
  const where = isContinued ? 'the first %n messages behind the summaries' : 'its first %n messages';
  return [
    `Do not answer. Write a summary of the oldest part of this conversation: of ${where.replace('%n', String(messages))},`,
    'and of nothing that was said later or summarised before.',
    `${KEEP} Use at most ${wordsOf(tokens)} words, and write the summary alone.`,
  ].join(' ');
}

export function foldInstruction(tokens: number): string {
  return `Do not answer. Write one summary in place of these. ${KEEP} Use at most ${wordsOf(tokens)} words, and write the summary alone.`;
}

/** For a summary of all that a prompt holds. */
export function wholeInstruction(tokens: number): string {
  return [
    'Do not answer. Write a summary of this conversation, with all that was summarised before.',
    `${KEEP} Use at most ${wordsOf(tokens)} words, and write the summary alone.`,
  ].join(' ');
}

/** Some languages need two tokens a word. */
function wordsOf(tokens: number): number {
  return Math.floor(tokens / 2);
}
