import { dequal } from 'dequal/lite';
import { memo, useMemo } from 'react';
import type { CodePiece } from './coloured-lines.ts';
import type { CodeProps } from './renderer-props.ts';
import { useColours } from './use-colours.ts';

/** The lines of a block of code, coloured as soon as the colours are loaded. */
export function CodeLines({ code, language, isComplete }: CodeProps) {
  const coloursOf = useColours(language);
  const start = code.slice(0, colouredLength(code, isComplete));
  const startLines = useMemo(() => (start === '' ? [] : (coloursOf(start) ?? plainLines(start))), [coloursOf, start]);
  const rest = start === '' ? code : code.slice(start.length + 1);
  const restLines = start === code ? [] : plainLines(rest);
  const passages = inPassages([...startLines, ...restLines]);
  return passages.map((passage, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added at the end
    <Passage key={place} lines={passage} isLast={place === passages.length - 1} />
  ));
}

interface PassageProps {
  lines: CodePiece[][];
  isLast: boolean;
}

const Passage = memo(function Passage({ lines, isLast }: PassageProps) {
  return (
    <>
      <span className="parley-passage">
        {lines.map((pieces, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <Line key={place} pieces={pieces} end={isLast || place < lines.length - 1 ? '\n' : ''} />
        ))}
      </span>
      {/* The block itself ends the line on the screen; this ends it in `textContent`. */}
      {!isLast && <span hidden>{'\n'}</span>}
    </>
  );
}, dequal);

const Line = memo(function Line({ pieces, end }: { pieces: CodePiece[]; end: string }) {
  return (
    <span>
      {pieces.map(({ text, colour }, place) =>
        colour === undefined ? (
          text
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: nothing in a line moves
          <span key={place} className={`parley-code-${colour}`}>
            {text}
          </span>
        ),
      )}
      {end}
    </span>
  );
}, dequal);

function plainLines(code: string): CodePiece[][] {
  return code.split('\n').map((text) => [{ text }]);
}

/** In characters: some grammars take quadratic time. What lies beyond has no colours. */
const LONGEST = 50_000;
const longLine = /^[^\n]{1000}/m;

/**
 * How much of the code is coloured, in whole lines. While it grows, that is extended each time the code has grown by a
 * sixteenth to an eighth: the cost per character stays the same, however long it gets.
 */
function colouredLength(code: string, isComplete: boolean): number {
  const step = isComplete ? 1 : 2 ** Math.max(0, Math.floor(Math.log2(code.length / 8)));
  const long = code.search(longLine);
  const limit = Math.min(LONGEST, Math.floor(code.length / step) * step, long === -1 ? code.length : long);
  return isComplete && limit === code.length ? limit : Math.max(0, code.lastIndexOf('\n', limit - 1));
}

const PASSAGE = 40;

/**
 * Lines in blocks of about forty, so that growing code makes the browser lay out no more than the last block. None ends
 * with an empty line, as browsers would not show it.
 */
function inPassages(lines: CodePiece[][]): CodePiece[][][] {
  let passage: CodePiece[][] = [];
  const passages = [passage];
  for (const line of lines) {
    if (passage.length >= PASSAGE && passage.at(-1)?.some(({ text }) => text !== '')) {
      passage = [];
      passages.push(passage);
    }
    passage.push(line);
  }
  return passages;
}
