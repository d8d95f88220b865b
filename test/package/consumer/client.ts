import { CutError, ParleyClient, ParleyError, type Problem, type TurnEvent, wholeTurn } from 'parley-client';

const client = new ParleyClient({ baseUrl: 'https://chat.contoso.com', fetch });

export async function ask(message: string): Promise<string | undefined> {
  const turn = await client.startTurn({ message, idempotencyKey: crypto.randomUUID() });
  let answer = '';
  for await (const event of turn) answer += textOf(event);
  return answer;
}

export async function askToTheEnd(message: string, signal: AbortSignal): Promise<void> {
  for await (const event of wholeTurn(client, { message, idempotencyKey: 'a-key' }, signal)) {
    if (event.type !== 'cut') textOf(event);
  }
}

export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof CutError) return undefined;
  return error instanceof ParleyError ? error.problem : undefined;
}

function textOf(event: TurnEvent): string {
  return event.type === 'token' ? event.token : '';
}

// @ts-expect-error: a turn has a key.
export const withoutKey = client.startTurn({ message: 'Hello' });
