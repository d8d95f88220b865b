/** As `@azure/functions-core` has it: the level, who speaks (`user`: the app), and the text. */
export type Log = (level: string, category: string, message: string) => void;

const silent = ['trace', 'debug', 'none'];
const loud = ['warning', 'error', 'critical'];

/** Writes a line: warnings and errors to stderr, what an app says at `information` to stdout, the rest nowhere. */
export const log: Log = (level, category, message) => {
  if (loud.includes(level)) console.error(`${level}: ${message}`);
  else if (category === 'user' && !silent.includes(level)) console.log(message);
};
