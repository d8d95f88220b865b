/** An answer with all that Markdown can be. */
export const everyElement = `# First

Prose with **strong**, *emphasis*, ~~deletion~~, \`code\`, [a link](https://example.com), [another][1] and a note[^1].

## Second

- one
- two
  - nested
    - and once more
- [x] done
- [ ] open

### Third

1. one
2. two

98. ninety-eight
99. ninety-nine
100. a hundred

> A quote
>
> - with a list

#### Fourth

| Setting | Default | What it is |
| :-- | --: | :-: |
| \`REDIS_URL\` | 1,200,000 | where sessions are kept |

\`\`\`ts
// A comment
export const answer: number = 42 + Number('7');
\`\`\`

\`\`\`
plain
\`\`\`

---

The end.

[^1]: The *note*.

[1]: https://example.com/another
`;
