import { describe, expect, test } from 'vitest';
import { Failure, type FailureCode, failureKinds } from '../../shared/conversation/failure.ts';
import { tellSoFar, toldFailure } from '../../shared/conversation/follow.ts';
import { ChatFrames } from '../../shared/http/chat-frames.ts';
import { failureHeaders } from '../../shared/http/failure-headers.ts';
import { problemOf } from '../../shared/http/problem.ts';

/** What an `error` frame says. */
function framed(failure: Failure): Record<string, unknown> {
  const [frame = ''] = new ChatFrames().ofFailure(failure, 'request');
  return JSON.parse(/^data: (.*)$/m.exec(frame)?.[1] ?? '').error;
}

/** The failure as it is thrown at somebody who joins the turn. */
function joined(failure: Failure): unknown {
  const entries = [toldFailure(failure, 'request')];
  try {
    return [...tellSoFar({ turnId: 'turn', state: 'ended', entries, beats: 0 })];
  } catch (error) {
    return error;
  }
}

describe.each(Object.keys(failureKinds) as FailureCode[])('%s says when to try again', (code) => {
  test.each([
    [0, 1],
    [0.2, 1],
    [7, 7],
    [298.2, 299],
  ])('in %d s as %d: in the header, in the body for those who see no header, and in frames', (seconds, told) => {
    const failure = new Failure(code, 'No.', { retryAfterSeconds: seconds });
    expect(failureHeaders(failure, 'request')).toMatchObject({ 'Retry-After': String(told) });
    expect(problemOf(failure, 'request')).toMatchObject({ code, retry_after_seconds: told });
    expect(framed(failure)).toEqual(problemOf(failure, 'request'));
    expect(framed(joined(failure) as Failure)).toEqual(problemOf(failure, 'request'));
  });

  test('nowhere, where nobody knows', () => {
    const failure = new Failure(code, 'No.');
    expect(failureHeaders(failure, 'request')).not.toHaveProperty('Retry-After');
    for (const problem of [problemOf(failure, 'request'), framed(failure), framed(joined(failure) as Failure)]) {
      expect(problem).not.toHaveProperty('retry_after_seconds');
    }
  });
});
