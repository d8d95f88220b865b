import * as z from 'zod/mini';
import { text } from './requests.ts';

const message = text.check(z.refine((value) => value.trim() !== '', 'must not be blank'));

/** What a caller decides of calls that wait for that. */
const approve = z.array(z.strictObject({ id: text, decision: z.enum(['yes', 'no'], 'must be yes or no') })).check(
  z.minLength(1, 'must not be empty'),
  z.maxLength(32, 'must have at most 32 entries'),
  z.refine((given) => new Set(given.map(({ id }) => id)).size === given.length, 'must name each call once'),
);

const turnFields = {
  approve: z.optional(approve),
  session_id: z.nullish(text),
  assistant: z.optional(text),
  after: z.nullish(text),
  fork: z.optional(z.boolean()),
  temporary: z.optional(z.boolean()),
};

interface Placed {
  session_id?: string | null | undefined;
  after?: string | null | undefined;
  fork?: boolean | undefined;
  temporary?: boolean | undefined;
  approve?: unknown;
}

/** `after` and `fork` make sense only beside another field. */
function placed<T extends Placed>() {
  return [
    z.refine<T>(({ session_id, after }) => after === undefined || typeof session_id === 'string', {
      error: 'needs a session_id',
      path: ['after'],
    }),
    z.refine<T>(({ fork, after }) => fork !== true || after !== undefined, { error: 'needs after', path: ['fork'] }),
    z.refine<T>(({ approve, session_id }) => approve === undefined || typeof session_id === 'string', {
      error: 'needs a session_id',
      path: ['approve'],
    }),
    z.refine<T>(
      ({ approve, after, temporary }) => approve === undefined || (after === undefined && temporary === undefined),
      {
        error: 'goes on where the session is: without after and temporary',
        path: ['approve'],
      },
    ),
  ] as const;
}

/** The body of `POST /chat`. */
export const chatBody = z.pipe(
  z.strictObject({ message: z.optional(message), ...turnFields }).check(
    z.refine((body) => (body.message === undefined) !== (body.approve === undefined), {
      error: 'is needed, or approve in its place',
      path: ['message'],
    }),
    ...placed(),
  ),
  z.transform(({ message = '', ...rest }) => ({ ...rest, message })),
);

/** The body of `POST /chat/stream`: as `POST /chat`, but `prompt` may stand for `message`. */
export const streamBody = z.pipe(
  z.strictObject({ message: z.optional(message), prompt: z.optional(message), ...turnFields }).check(
    z.refine(({ message, prompt, approve }) => [message, prompt, approve].filter(isThere).length === 1, {
      error: 'exactly one of message and prompt is needed, or approve in their place',
      path: ['message'],
    }),
    ...placed(),
  ),
  z.transform(({ prompt, message, ...rest }) => ({ ...rest, message: message ?? prompt ?? '' })),
);

export type TurnBody = z.infer<typeof chatBody>;

function isThere(value: unknown): boolean {
  return value !== undefined;
}
