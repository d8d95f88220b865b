import * as http from 'node:http';
import * as https from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { constants, createBrotliDecompress, createUnzip } from 'node:zlib';

/** An answer whose body is still to come. It breaks off with an error, or ends. */
export interface Answer {
  headers: Record<string, string>;
  body: Readable;
}

/** For how long a connection is kept for the next request. Many servers close theirs after 5 s, and no later. */
const IDLE_MS = 4000;

/** Kept connections, otherwise as Node's own agent has them: it knows the proxy where Node is told to use one. */
const agentOptions = (own: http.Agent): http.AgentOptions => ({
  // Its type does not tell of them.
  ...(own as unknown as { options: http.AgentOptions }).options,
  keepAlive: true,
  timeout: IDLE_MS,
});
const agents = {
  http: new http.Agent(agentOptions(http.globalAgent)),
  https: new https.Agent(agentOptions(https.globalAgent)),
};

/** Far more than a provider says of a refusal, in bytes. */
const MAX_START = 65_536;

/**
 * Posts a text and resolves to the answer, whatever its status is. Nothing is followed or repeated.
 *
 * By Node's own client and not by `fetch`, whose web streams and signals cost a turn more than all the rest of the call.
 *
 * @param signal breaks the request off, and its answer
 */
export async function exchange(
  url: string,
  headers: Record<string, string>,
  text: string,
  signal: AbortSignal,
): Promise<Answer & { status: number }> {
  signal.throwIfAborted();
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    const options = { method: 'POST', headers };
    const onward = url.startsWith('https:')
      ? https.request(url, { ...options, agent: agents.https })
      : http.request(url, { ...options, agent: agents.http });
    onward.on('response', resolve).on('error', reject).end(text);
    signal.addEventListener('abort', () => onward.destroy(), { once: true });
  });
  const { statusCode = 0, headers: answered } = answer;
  return { status: statusCode, headers: answered as Record<string, string>, body: decoded(answer) };
}

/** The start of a body, as text. Where that is all of it, the connection can be used again. */
export async function startOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MAX_START) break;
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** Some gateways compress what nobody asked them to. */
function decoded(answer: http.IncomingMessage): Readable {
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  // What has come is passed on at once, not when a block is full.
  const flush = constants.Z_SYNC_FLUSH;
  if (/^(x-)?gzip$|^deflate$/.test(encoding)) return pipeline(answer, createUnzip({ flush }), () => {});
  if (encoding === 'br') {
    return pipeline(answer, createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH }), () => {});
  }
  return answer;
}
