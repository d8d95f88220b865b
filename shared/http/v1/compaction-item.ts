import { timingSafeEqual } from 'node:crypto';
import { PREFACE } from '../../conversation/summaries.ts';
import type { Call } from '../endpoint.ts';
import { refused } from './api-failure.ts';

/** A summary that its caller keeps. Its content can be read, and is signed: `<signature> <text>`. */
export interface CompactionItem {
  id: string;
  type: 'compaction';
  encrypted_content: string;
}

/** The text as it is handed out: nobody can make one without the key, nor use that of another caller. */
export function signedText({ services, caller }: Call, text: string): string {
  return `${services.hash('compaction', caller.owner, text)} ${text}`;
}

/**
 * What a prompt is told of a summary that its caller kept.
 *
 * @param signed as the caller sends it
 * @throws {ApiFailure} 400 where it is forged, or another caller's
 */
export function materialOf(call: Call, signed: string, param: string): string {
  const text = signed.slice(signed.indexOf(' ') + 1);
  const [given, right] = [signed, signedText(call, text)].map((each) => Buffer.from(each)) as [Buffer, Buffer];
  if (given.length !== right.length || !timingSafeEqual(given, right)) {
    throw refused('invalid_value', param, 'It is no compaction that was made for this caller.');
  }
  return `${PREFACE}\n\n${text}`;
}
