import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis';
import type { RotatingCredential } from './redis-credential.ts';

/** A connection on which nothing comes back for this long is dead, whatever the socket says. */
const SILENT_MS = 2000;

/** Between a connection that was cut and the next try. */
export const CUT_MS = 20;

const retryStrategy = (attempt: number) => Math.min(10 * 2 ** attempt, 1000);

const options = {
  lazyConnect: true,
  // A command fails at once where there is no connection, and is never sent a second time on a new one:
  // waiting is bounded here, and repeating is the caller's decision.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  connectTimeout: SILENT_MS,
  socketTimeout: SILENT_MS,
  retryStrategy,
  // A master that became a replica stays connected; its name leads to the new master.
  reconnectOnError: (error: Error) => /^(READONLY|MASTERDOWN)/.test(error.message),
} satisfies RedisOptions;

const clusterOptions = {
  lazyConnect: true,
  enableOfflineQueue: false,
  clusterRetryStrategy: retryStrategy,
  // A command that waits for the cluster longer than its caller does is given up.
  maxRedirections: 4,
  retryDelayOnFailover: CUT_MS,
  retryDelayOnClusterDown: CUT_MS,
  slotsRefreshTimeout: SILENT_MS,
  slotsRefreshInterval: 30_000,
  // Over TLS the nodes announce addresses; certificates are checked against the name of the URL.
  dnsLookup: (address, callback) => callback(null, address),
} satisfies ClusterOptions;

/** What a client says of itself on each of its connections. */
type SignIn = { username?: string; password?: string };

/** What both kinds of clients can do. */
export type RedisClient = Redis | Cluster;

/** A client of the server, or of the cluster, at `url`; it connects when it is told to. */
export function redisClient(url: string, cluster: boolean, credential: RotatingCredential | undefined): RedisClient {
  const signIn = credential === undefined ? {} : readWhenSent(credential);
  return cluster ? clusterOf(new URL(url), signIn) : new Redis(url, { ...options, ...signIn });
}

/** The connection ended under a command, or was not there, or was not let in; a cluster's client says so in its own way. */
export function isCut(error: Error): boolean {
  const { name, message } = error;
  return (
    name === 'MaxRetriesPerRequestError' ||
    /^(Connection is closed|Stream isn't writeable|read ECONN|Cluster isn't ready|Too many Cluster)/.test(message) ||
    isRefused(error)
  );
}

/** Redis does not take the password (any more). */
export function isRefused({ message }: Error): boolean {
  return /WRONGPASS|NOAUTH|invalid username-password/.test(message);
}

/**
 * The client copies its options to every connection that it makes; of these it keeps objects, whose text it asks for
 * when it sends them: each connection is made with the password of that moment.
 */
function readWhenSent(credential: RotatingCredential): SignIn {
  const text = (of: () => string | undefined) => ({ toString: () => of() ?? '' }) as string;
  return {
    username: text(() => credential.latest?.username),
    password: text(() => credential.latest?.password),
  };
}

function clusterOf({ protocol, hostname, port, username, password }: URL, signIn: SignIn): Cluster {
  const tls = protocol === 'rediss:' ? { tls: { servername: hostname } } : {};
  const { socketTimeout, connectTimeout, reconnectOnError } = options;
  return new Cluster([{ host: hostname, port: Number(port || 6379) }], {
    ...clusterOptions,
    redisOptions: {
      ...tls,
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
      ...signIn,
      ...{ socketTimeout, connectTimeout, reconnectOnError },
    },
  });
}
