import { Redis } from 'ioredis';

/** All that a Redis keeps: each key, and each value as it dumps it, uncompressed, so that a text can be looked for. */
export async function allIn(url: string): Promise<string[]> {
  const redis = new Redis(url);
  try {
    await redis.config('SET', 'rdbcompression', 'no');
    const keys = await redis.keys('*');
    const dumps = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
    // A key may have expired since it was listed.
    return [...keys, ...dumps.map((dump: Buffer | null) => dump?.toString('latin1') ?? '')];
  } finally {
    redis.disconnect();
  }
}
