import { Redis } from 'ioredis';

/** A turn that a client was told has happened. */
export interface AnsweredTurn {
  sessionId: string;
  turnId: string;
  message: string;
  response: string;
}

export interface Verdict {
  storedTurns: number;
  /** Lists that do not read user, assistant, user, assistant, ... of one turn each. */
  interleaved: string[];
  /** A message without its answer. */
  halfTurns: string[];
  /** Messages (each is sent once) that are stored more than once. */
  doubled: string[];
  /** Answered, but not stored as it was answered. */
  lost: string[];
  /** Answers that are not what the model says to that message. */
  mixedUp: string[];
}

interface Stored {
  role: string;
  content: string;
  turn_id: string;
}

/**
 * Reads what Redis holds, with nothing of the service's code, and holds it against what clients were told.
 *
 * @param redisUrls of all servers that share the keys
 * @param answerTo what the scripted model says to a message
 */
export async function checkConversations(
  redisUrls: readonly string[],
  answered: readonly AnsweredTurn[],
  answerTo: (message: string) => string,
): Promise<Verdict> {
  const verdict: Verdict = { storedTurns: 0, interleaved: [], halfTurns: [], doubled: [], lost: [], mixedUp: [] };
  const byTurn = new Map<string, { session: string; message: string; response: string }>();
  const messages = new Set<string>();
  const lists = (await Promise.all(redisUrls.map(readLists))).flat();
  for (const { key, list } of lists) {
    if (list.length % 2 === 1) verdict.halfTurns.push(key);
    for (let at = 0; at + 1 < list.length; at += 2) {
      const [asked, said] = [list[at] as Stored, list[at + 1] as Stored];
      verdict.storedTurns += 1;
      if (asked.role !== 'user' || said.role !== 'assistant' || asked.turn_id !== said.turn_id) {
        verdict.interleaved.push(`${key} at ${at}`);
      }
      if (said.content !== answerTo(asked.content)) verdict.mixedUp.push(`${key} at ${at}`);
      if (messages.has(asked.content) || byTurn.has(asked.turn_id)) verdict.doubled.push(asked.content);
      messages.add(asked.content);
      const session = key.slice(key.lastIndexOf(':') + 1);
      byTurn.set(asked.turn_id, { session, message: asked.content, response: said.content });
    }
  }
  for (const { sessionId, turnId, message, response } of answered) {
    const stored = byTurn.get(turnId);
    if (stored?.session !== sessionId || stored.message !== message || stored.response !== response) {
      verdict.lost.push(message);
    }
  }
  return verdict;
}

async function readLists(redisUrl: string): Promise<{ key: string; list: Stored[] }[]> {
  const redis = new Redis(redisUrl);
  const lists: { key: string; list: Stored[] }[] = [];
  for (const key of await redis.keys('chat:*:messages:*')) {
    lists.push({ key, list: (await redis.lrange(key, 0, -1)).map((json) => JSON.parse(json) as Stored) });
  }
  redis.disconnect();
  return lists;
}
