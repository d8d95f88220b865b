import * as z from 'zod/mini';
import { Failure } from '../conversation/failure.ts';
import { downReasons } from '../conversation/ports/stored.ts';
import { type Query, queryOf } from '../conversation/query.ts';

/** Of a caller. */
export const text = z.string().check(z.refine((value) => value.isWellFormed(), 'must be well-formed Unicode'));

/** The body of `POST /chat/stop`. */
export const stopBody = z.strictObject({ session_id: text, turn_id: z.optional(text) });

const comment = text.check(atMost(2000));

const title = text.check(
  z.trim(),
  z.refine((value) => value !== '', 'must not be blank'),
  z.refine((value) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value), 'must have no control characters'),
  atMost(200),
);

/** The body of `PATCH /chat/history/{session_id}`. */
export const editBody = z.strictObject({ title: z.optional(title), pinned: z.optional(z.boolean()) }).check(
  z.refine(({ title, pinned }) => title !== undefined || pinned !== undefined, {
    error: 'title or pinned is needed',
    path: ['title'],
  }),
);

/** The body of `POST /chat/feedback`. */
export const feedbackBody = z
  .strictObject({
    session_id: text,
    turn_id: text,
    rating: z.enum(['up', 'down'], 'must be up or down'),
    reason: z.optional(z.enum(downReasons, `must be one of ${downReasons.join(', ')}`)),
    comment: z.optional(comment),
  })
  .check(
    z.refine(({ rating, reason }) => reason === undefined || rating === 'down', {
      error: 'needs a rating of down',
      path: ['reason'],
    }),
  );

function atMost(characters: number) {
  return z.refine<string>(
    (value) => value.length <= characters || Array.from(value).length <= characters,
    `must have at most ${characters} characters`,
  );
}

/**
 * Checks a body against its schema.
 *
 * @throws {Failure} `invalid-request`, naming each wrong field.
 */
export function check<T extends z.ZodMiniType>(schema: T, body: unknown): z.infer<T> {
  const result = z.safeParse(schema, body);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap(explain);
  throw invalid(errors);
}

/** @throws {Failure} `invalid-request` */
export function invalid(errors: { field: string; detail: string }[]): Failure {
  const detail = errors.map(({ field, detail }) => `${field}: ${detail}`).join('; ');
  return new Failure('invalid-request', `The request is not valid: ${detail}.`, { errors });
}

function explain(issue: z.core.$ZodIssue): { field: string; detail: string }[] {
  if (issue.code === 'unrecognized_keys') {
    // At most a few, and shortened: names are the caller's text.
    return issue.keys.slice(0, 5).map((key) => ({ field: key.slice(0, 60).toWellFormed(), detail: 'is not known' }));
  }
  const field = issue.path.join('.');
  if (issue.code === 'invalid_type') return [{ field, detail: `must be a ${issue.expected}` }];
  if (issue.code === 'invalid_union') return [{ field, detail: 'must be a string or null' }];
  return [{ field, detail: issue.message }];
}

/** A page of a list, from `limit` (1-100, default 50) and `before` in the query. */
export function pageOf(query: URLSearchParams): { limit: number; before: string | undefined } {
  const limit = query.get('limit') ?? '50';
  if (!/^[1-9]\d{0,2}$/.test(limit) || Number(limit) > 100) {
    throw invalid([{ field: 'limit', detail: 'must be a whole number from 1 to 100' }]);
  }
  return { limit: Number(limit), before: query.get('before')?.toLowerCase() };
}

const MOST_QUERY_CHARACTERS = 200;

/** What is searched for, from `q` in the query; where there is a `q`. */
export function searchOf(parameters: URLSearchParams): Query | undefined {
  const text = parameters.get('q');
  if (text === null) return undefined;
  const query = Array.from(text).length > MOST_QUERY_CHARACTERS ? undefined : queryOf(text);
  if (query === undefined) {
    throw invalid([{ field: 'q', detail: `must be 1 to ${MOST_QUERY_CHARACTERS} characters, not all of them blank` }]);
  }
  return query;
}

export function unknownPage(): Failure {
  return invalid([{ field: 'before', detail: 'must be an id from an earlier page' }]);
}

const SESSION_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** An id, of a session or a turn, where it can be one of ours; nothing else ever reaches the store. Capitals are the same. */
export function sessionIdOf(value: string | null | undefined): string | undefined {
  const id = value?.toLowerCase();
  return id !== undefined && SESSION_ID.test(id) ? id : undefined;
}

/** The number of the last frame that a client has, from its `Last-Event-ID`; what is no number counts as none. */
export function lastEventIdOf(headers: { get(name: string): string | null }): number {
  const id = headers.get('last-event-id') ?? '';
  return /^\d+$/.test(id) ? Number(id) : 0;
}

/**
 * The `Idempotency-Key` header: 1 to 255 printable ASCII characters.
 *
 * @throws {Failure} `invalid-idempotency-key`
 */
export function idempotencyKeyOf(headers: { get(name: string): string | null }): string | undefined {
  const key = headers.get('idempotency-key');
  if (key === null) return undefined;
  if (/^[\x20-\x7e]{1,255}$/.test(key)) return key;
  throw new Failure('invalid-idempotency-key', 'An Idempotency-Key has 1 to 255 printable ASCII characters.');
}
