const section = (number: number) => `## ${number}. How sessions are kept

Sessions live in **Redis** and are *forgotten* an hour after their last use; see [the settings](https://example.com/settings?s=${number}&b=2) or \`SESSION_TTL_SECONDS\`. Nothing that was said is lost: the whole turn is stored in one step, or not at all, whatever happens meanwhile. AT&amp;T say the same of https://example.com/section/${number}, and so does [the handbook][h${number % 7}].

- A turn **begins**: the lease is taken, and the limits are asked
  - by a script in Redis, so that it is one step
  - or in memory, where there is no Redis
- The model talks, and \`extend\` renews the lease
- [x] The turn commits
- [ ] Or it is abandoned

1. First open the portal, and choose the resource group.
2. Then set \`REDIS_URL\`, as in the table below.
3. Deploy with \`azd up\`, and wait until it is done.

| Setting | Default | What it is for |
| --- | --: | :-- |
| \`REDIS_URL\` | memory | where sessions are kept, with \`a \\| b\` in code |
| \`SESSION_TTL_SECONDS\` | 3600 | for how long after the last use |
| \`MAX_CONTEXT_TOKENS\` | 3000 | what the prompt may have at most |

\`\`\`ts
export async function turn(store: SessionStore, message: string): Promise<Answer> {
  const begun = await store.begin({ message, now: Date.now() });
  if (!begun.admitted) throw new Failure('session-busy', \`retry in \${begun.retryAfterSeconds} s\`);
  for await (const token of model.stream(begun.messages)) yield token; // what was said so far
  return await store.commit(begun.lease, { answer: 42, ok: true });
}
\`\`\`

> A holder that lost its lease cannot commit: *its* turn is told as lost, and the caller asks again under the same key.

`;

const definitions = Array.from({ length: 7 }, (_, number) => `[h${number}]: https://example.com/handbook/${number}\n`);

/** An answer of about that many characters: prose, lists, tables, code and a quote in turns, with what is defined last. */
export function sampleAnswer(length: number): string {
  const sections = Math.ceil(length / section(1).length);
  const text = Array.from({ length: sections }, (_, place) => section(place + 1)).join('');
  return `${text.slice(0, length)}\n\n${definitions.join('')}`;
}
