import { Redis } from 'ioredis';

/** What a client was told in answer to one request for a turn. */
export interface Told {
  requestId: string;
  /** Where the client learned of it. */
  turnId?: string | undefined;
  /** Absent: the turn was answered. */
  failure?: string | undefined;
  /** Stopped before the first token, so that nothing is stored. */
  isEmpty?: boolean;
}

interface AuditRecord {
  event: string;
  outcome: string;
  turn_id: string | null;
  request_id: string;
  failure: string | null;
}

export interface AuditVerdict {
  committed: number;
  records: number;
  /** Lines that are no record. */
  broken: string[];
  /** Stored turns that have no record that they were answered, or several. */
  unrecorded: string[];
  recordedTwice: string[];
  /** Records of turns that are not stored, and of whose failure no client was told. */
  groundless: string[];
  /** Records that a turn was answered that is not stored, without the second record that says so. */
  unfollowed: string[];
  /** Refusals in the records that no client was told. */
  unheard: string[];
  /** Answered to a client, and not stored. */
  lost: string[];
  /** Failures and refusals that a client was told, and that have no record. */
  missing: string[];
}

/**
 * Holds what Redis has and what the audit log has against what clients were told, with nothing of the service's code.
 *
 * @param lines of the audit log, in any order
 */
export async function checkAudit(
  redisUrl: string,
  lines: readonly string[],
  told: readonly Told[],
): Promise<AuditVerdict> {
  const committed = await committedTurns(redisUrl);
  const broken: string[] = [];
  const records = lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as AuditRecord];
    } catch {
      broken.push(line.slice(0, 100));
      return [];
    }
  });
  const turns = records.filter(({ event }) => event === 'turn');
  const answered = countBy(turns.filter(({ outcome }) => outcome === 'answered').map(({ turn_id }) => turn_id ?? ''));
  const ended = new Set(turns.flatMap(({ turn_id, outcome }) => (outcome === 'answered' ? [] : [turn_id])));
  const toldOf = new Map(told.map((each) => [each.requestId, each]));
  const wasTold = ({ request_id, failure }: AuditRecord) => {
    const heard = toldOf.get(request_id);
    return heard !== undefined && (heard.failure ?? null) === failure;
  };

  const unstored = turns.filter(({ turn_id }) => turn_id !== null && !committed.has(turn_id));
  const recordedRequests = new Set(turns.map(({ request_id }) => request_id));
  return {
    committed: committed.size,
    records: records.length,
    broken,
    unrecorded: [...committed].filter((turn) => !answered.has(turn)),
    recordedTwice: [...answered].flatMap(([turn, times]) => (times > 1 ? [turn] : [])),
    groundless: unstored.flatMap((record) => {
      const heard = toldOf.get(record.request_id);
      // Where the record says that the turn was answered, the client has to know better.
      const isTold = record.outcome === 'answered' ? heard?.failure !== undefined : wasTold(record);
      return isTold ? [] : [`${record.outcome} ${record.turn_id}`];
    }),
    unfollowed: unstored.flatMap(({ turn_id, outcome }) =>
      outcome === 'answered' && !ended.has(turn_id) ? [String(turn_id)] : [],
    ),
    unheard: turns.flatMap((record) =>
      record.outcome === 'refused' && (record.turn_id !== null || !wasTold(record)) ? [record.request_id] : [],
    ),
    lost: told.flatMap(({ failure, isEmpty, turnId }) =>
      failure === undefined && !isEmpty && !committed.has(turnId ?? '') ? [String(turnId)] : [],
    ),
    missing: told.flatMap(({ requestId, failure, turnId }) =>
      failure !== undefined && !recordedRequests.has(requestId) ? [`${failure} ${requestId} ${turnId ?? ''}`] : [],
    ),
  };
}

async function committedTurns(redisUrl: string): Promise<Set<string>> {
  const redis = new Redis(redisUrl);
  const turns = new Set<string>();
  for (const key of await redis.keys('chat:*:messages:*')) {
    for (const json of await redis.lrange(key, 0, -1)) turns.add((JSON.parse(json) as { turn_id: string }).turn_id);
  }
  redis.disconnect();
  return turns;
}

function countBy(names: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
