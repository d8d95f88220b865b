import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, type Redis } from 'ioredis';
import { Failure } from '../../conversation/failure.ts';
import { Reason } from '../../conversation/reason.ts';
import { CUT_MS, isCut, isRefused, type RedisClient, redisClient } from './redis-client.ts';
import { entraCredential, type RotatingCredential } from './redis-credential.ts';

/** A caller is told within a second that the store cannot be used; this leaves the rest of it for the answer's way. */
const ANSWER_WITHIN_MS = 800;

/** Azure closes connections that were idle for 10 minutes. */
const PING_EVERY_MS = 240_000;

/** Token libraries serve a token from their cache until 5 minutes before its end; the rest is for failures. */
const RENEW_BEFORE_MS = 240_000;
const RENEW_JITTER_MS = 45_000;
const RENEW_AGAIN_MS = 15_000;

/** Far longer than a confirmation takes; a mark that nobody takes away ends by itself. */
const MARK_SECONDS = 60;

/** Where Redis is, and what it has to hold to. */
export interface RedisPlace {
  /** `redis://` or, over TLS, `rediss://[user[:password]@]host[:port][/db]` */
  url: string;
  /** The URL names one node of a cluster, which tells the others. */
  cluster: boolean;
  /** `entra`: the password is a token of the process's Microsoft Entra identity, and its user name the object id. */
  auth: 'url' | 'entra';
  /** What was written counts as stored when this many replicas have it too. */
  waitReplicas: number;
}

/**
 * The connection to Redis, opened at the first use, reopened for ever. Every use is bounded in time, and every way in
 * which Redis can fail becomes the failure `store-unavailable`.
 */
export class RedisConnection {
  readonly #redis: RedisClient;
  readonly #place: RedisPlace;
  readonly #credential: RotatingCredential | undefined;
  /** Where replicas are waited for, if at all: Redis holds back all that follows a WAIT on the same connection. */
  #waiting: RedisConnection | undefined;
  #opening: Promise<void> | undefined;
  #cuts = 0;
  /** What a connection has suffered since commands were last answered. */
  #trouble: unknown;
  #renewal: NodeJS.Timeout | undefined;
  #keepAwake: NodeJS.Timeout | undefined;

  /** @param credential where it is not the URL that says who connects */
  constructor(
    place: RedisPlace,
    credential: RotatingCredential | undefined = place.auth === 'entra' ? entraCredential() : undefined,
  ) {
    this.#redis = redisClient(place.url, place.cluster, credential);
    this.#place = place;
    this.#credential = credential;
    if (credential !== undefined) this.#keepSignedIn(this.#redis, credential);
    const note = (error: unknown) => {
      this.#trouble = error;
    };
    // Failures are told to whoever uses the connection; without a listener they would end the process.
    this.#redis.on('error', note).on('node error', note);
    const count = () => {
      this.#cuts += 1;
    };
    if (this.#redis instanceof Cluster) this.#redis.on('+node', (node: Redis) => node.on('close', count));
    else this.#redis.on('close', count);
  }

  /** How many connections have ended so far. */
  get cuts(): number {
    return this.#cuts;
  }

  define(name: string, lua: string): void {
    this.#redis.defineCommand(name, { lua });
  }

  /**
   * Runs `commands` on a connection that is ready, again where that was cut under way, all within `ANSWER_WITHIN_MS`;
   * later they are not even begun.
   */
  async run<T>(commands: (redis: RedisClient) => Promise<T>): Promise<T> {
    const timeout = Promise.withResolvers<never>();
    let givenUp = false;
    const giveUp = () => {
      givenUp = true;
      timeout.reject(new Reason('Redis did not answer in time', { cause: this.#trouble }));
    };
    // A process that was busy for so long reads first what has arrived meanwhile.
    const timer = setTimeout(() => setImmediate(giveUp), ANSWER_WITHIN_MS);
    const answer = async () => {
      for (;;) {
        if (this.#redis.status !== 'ready') await this.#ready();
        if (givenUp) return timeout.promise;
        try {
          const answered = await commands(this.#redis);
          this.#trouble = undefined;
          return answered;
        } catch (error) {
          // Whether they were carried out is not known; all that is asked of this store may be asked again.
          if (!isCut(error as Error)) throw error;
          // The client needs a moment to notice it too.
          await sleep(CUT_MS);
        }
      }
    };
    try {
      return await Promise.race([answer(), timeout.promise]);
    } catch (cause) {
      throw new Failure('store-unavailable', 'The session store cannot be used at the moment.', { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Waits until as many replicas as are asked for hold all that was written so far on the slot of `key`. A mark follows
   * those writes on this connection, and is taken away on the one that waits: the server where it is found has them too,
   * whichever that is, and taking it away is the write that WAIT looks at.
   *
   * @param cuts before that was written. Behind a connection that was cut since there may be another master, which
   *   never had it.
   * @throws {Failure} `store-unavailable`
   */
  async replicated(key: string, cuts: number): Promise<void> {
    const replicas = this.#place.waitReplicas;
    if (replicas === 0) return;
    const mark = `${key}:${randomUUID()}`;
    await this.run((redis) => redis.set(mark, '', 'EX', MARK_SECONDS));
    if (this.#cuts !== cuts) throw new Failure('store-unavailable', 'The session store was cut off in between.');
    this.#waiting ??= new RedisConnection({ ...this.#place, waitReplicas: 0 }, this.#credential);
    await this.#waiting.run(async (redis) => {
      // A command alone is led to where its slot has moved, one beside a WAIT is not.
      if (redis instanceof Cluster) await redis.exists(mark);
      const answers = await redis.pipeline().del(mark).wait(replicas, ANSWER_WITHIN_MS).exec();
      const [[lost, found] = [], [failure, reached] = []] = answers ?? [];
      if (lost != null || found !== 1) throw lost ?? new Reason('the mark is not there');
      if (failure != null || Number(reached) < replicas)
        throw failure ?? new Reason(`WAIT reached ${reached} replicas`);
    });
  }

  /** Shared by all who wait for the connection; what waits in vain is bounded by its own timer. */
  #ready(): Promise<void> {
    this.#opening ??= new Promise<void>((resolve) => {
      this.#redis.once('ready', () => {
        this.#opening = undefined;
        resolve();
      });
      if (this.#redis.status !== 'wait') return;
      this.#redis.connect().catch(() => {});
      this.#keepAwake = setInterval(() => this.#redis.ping().catch(() => {}), PING_EVERY_MS).unref();
    });
    return this.#opening;
  }

  /** No connection is begun before there is a password, and those that live get a new one before theirs ends. */
  #keepSignedIn(redis: RedisClient, credential: RotatingCredential): void {
    const connect = redis.connect.bind(redis);
    // Also called by the client itself when it reconnects.
    redis.connect = async () => {
      this.#renewBefore((await credential.current()).expiresAt, credential);
      return connect();
    };
    const renewIfRefused = (error: Error) => {
      if (isRefused(error)) credential.renew();
    };
    redis.on('error', renewIfRefused).on('node error', renewIfRefused);
  }

  #renewBefore(end: number, credential: RotatingCredential): void {
    clearTimeout(this.#renewal);
    const early = RENEW_BEFORE_MS + Math.random() * RENEW_JITTER_MS;
    const wait = Math.max(end - Date.now() - early, RENEW_AGAIN_MS);
    this.#renewal = setTimeout(async () => {
      const { username, password, expiresAt } = await credential.renew();
      const nodes = this.#redis instanceof Cluster ? this.#redis.nodes() : [this.#redis];
      for (const node of nodes) {
        if (node.status === 'ready') node.auth(username, password).catch(() => node.disconnect(true));
      }
      this.#renewBefore(expiresAt, credential);
    }, wait).unref();
  }

  async close(): Promise<void> {
    clearTimeout(this.#renewal);
    clearInterval(this.#keepAwake);
    this.#redis.disconnect();
    await this.#waiting?.close();
  }
}
