import { parseArgs } from 'node:util';
import { memory } from './scale/memory.ts';
import { shards } from './scale/shards.ts';
import { steps } from './scale/steps.ts';

// What Redis has to do for a turn, for a stream and for those who follow it, what a session takes of its memory, and
// whether the sum grows with the shards. Medians of five rounds; docs/scale.md reads them.
// Run: npm run bench:scale [-- steps memory shards]

const parts = { steps, memory, shards };
const { positionals } = parseArgs({ allowPositionals: true });
for (const [name, part] of Object.entries(parts)) {
  if (positionals.length === 0 || positionals.includes(name)) await part();
}
