import fc from 'fast-check';
import { expect, test } from 'vitest';
import { auditLine } from '../../shared/audit/audit-line.ts';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '\n{"audit":1}',
    '\r\n',
    '\u2028{"audit":1}',
    '\u2029',
    '\u0085',
    '\u000b',
    '\f',
    '\u001b[2K',
    '\u202e',
    '\ud800',
  ),
);

test('a record is one line to every reader, and holds its texts to the character', () => {
  fc.assert(
    fc.property(fc.array(hostile), (texts) => {
      const record = { audit: 1, message: texts.join('') };
      const line = auditLine(record);
      // No control character of any kind, no separator, nothing that turns the direction.
      expect(line).not.toMatch(/\p{Cc}|\p{Zl}|\p{Zp}|[\u202a-\u202e\u2066-\u2069]|\p{Cs}/u);
      expect(JSON.parse(line)).toEqual(record);
    }),
  );
});
