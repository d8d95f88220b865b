import type { Assistant } from './assistant.ts';
import type { TurnEvent, TurnFinished } from './events.ts';
import { codeOf, Failure } from './failure.ts';
import { repeatTurn, toldFailure } from './follow.ts';
import { HeldLease, type Told } from './held-lease.ts';
import { patienceMs, patiently } from './patience.ts';
import type { TokenCount } from './ports/token-counter.ts';
import type { BeginResult, TurnClaim } from './ports/turn-steps.ts';
import { Ready } from './ready.ts';
import { refusal } from './refusal.ts';
import { Rounds } from './steps/rounds.ts';
import { isDone } from './steps/settled-steps.ts';
import { messagesOf } from './stored-messages.ts';
import { titleTokens } from './title-plan.ts';
import { TurnAsides } from './turn-asides.ts';
import { promptVersion, TurnAudit } from './turn-audit.ts';
import { commitOf } from './turn-commit.ts';
import type { TurnParts } from './turn-parts.ts';
import { turnPrompt } from './turn-prompt.ts';
import { askedOf, broughtOf, claimOf, placeOf, settlesOf, type TurnRequest, wishesOf } from './turn-request.ts';

/** The assistant of a session whose first turn names none. */
export const DEFAULT_ASSISTANT = 'default';

type Begun = Extract<BeginResult, { outcome: 'begun' }>;

/**
 * One turn of a conversation: begin, ask the model and do what it calls for, commit. Resolves once the turn has begun, to
 * what happens as it happens; the turn is stored when its last event is yielded, and not before. A retry of a turn that
 * runs, or is done, is told that turn again; of one that failed behind a call, it goes on there.
 *
 * Whoever stops listening before the last event gives the turn up. What is yielded ends by throwing the turn's `Failure`
 * where it left nothing behind.
 *
 * @throws {Failure} the turn was refused: nothing of it has happened.
 */
export async function takeTurn(
  parts: TurnParts,
  owner: string,
  request: TurnRequest,
): Promise<AsyncGenerator<TurnEvent>> {
  const { store, prompts, newId } = parts;
  const giveUpAt = performance.now() + parts.deadlineMs;
  const { message, outputs, functions } = request;
  const { measured, tokens, broughtTokens, offers } = await prompts.measure({ ...request, tools: functions });
  let { idempotency } = request;
  let left: { sessionId: string; turnId: string } | undefined;

  for (;;) {
    const turnId = newId();
    const askedAt = parts.now();
    const begun = await store.begin({
      ...placeOf(request),
      owner,
      turnId,
      newSessionId: left?.sessionId ?? newId(),
      takesOver: left?.turnId,
      assistant: request.assistant,
      defaultAssistant: DEFAULT_ASSISTANT,
      offers,
      messageTokens: tokens,
      broughtTokens,
      outputTokens: request.maxOutputTokens,
      settles: settlesOf(request),
      settlesOutputs: outputs !== undefined,
      isOnlySettling: message === '',
      titleTokens: request.isTitled ? await titleTokens(message, measured, prompts) : undefined,
      askedAt,
      echo: request.echo,
      idempotency,
    });
    if (begun.outcome === 'begun')
      return answer(parts, { owner, turnId, askedAt, idempotency }, request, measured, begun);
    if (begun.outcome !== 'repeated') throw refusal(begun, tokens, offers);
    const repeated = await repeatTurn(store, owner, begun).catch((failure) => {
      // Who sent no key does not ask for the turn that is gone.
      if (idempotency?.implicit === undefined || codeOf(failure) !== 'session-not-found') throw failure;
      idempotency = { ...idempotency, implicit: 'anew' };
    });
    if (repeated !== undefined) return repeated;
    // The turn's holder died or gave it up, so that this one may run it.
    left = begun.hasCalled ? begun : undefined;
    if (performance.now() > giveUpAt) {
      throw new Failure('turn-in-progress', 'The turn with this key still runs.', { retryAfterSeconds: 1 });
    }
  }
}

/** Runs a turn that has begun, to its commit or its end without one. */
async function* answer(
  parts: TurnParts,
  turn: Pick<TurnClaim, 'owner' | 'turnId' | 'idempotency'> & { askedAt: number },
  request: TurnRequest,
  measured: TokenCount,
  begun: Begun,
): AsyncGenerator<TurnEvent> {
  const { store, prompts, running, now } = parts;
  const { askedAt, ...own } = turn;
  const { sessionId, assistant: name, limits, journal } = begun;
  const { isEphemeral, approve, echo, requestId, traceparent, purpose, token } = request;
  const model = purpose === 'summary' ? parts.summarizer : parts.model;
  const claim = claimOf(own, begun, request);
  const { turnId } = own;
  const startedAt = performance.now();
  // The store begins no turn for an assistant that is not on offer.
  const assistant = parts.assistants.get(name) as Assistant;
  const audit = new TurnAudit({ ...parts, model }, claim, request, assistant);
  const lease = new HeldLease(store, claim, parts, journal?.entries.length);
  running.add(lease);
  const about = { claim, requestId, traceparent, assistant: name };
  const asides = new TurnAsides(parts, about, begun, askedOf(request));
  let rounds: Rounds | undefined;
  let speech: Promise<unknown> | undefined;
  let ending: TurnFinished | Failure | undefined;
  /** All was said and done, and is on record. */
  let answered = false;
  let stored = false;
  try {
    const started = { session_id: sessionId, turn_id: turnId, assistant: name, asked_at: askedAt };
    yield { type: 'turn-started', ...started, ...(echo && { echo }), limits };

    const counted = await prompts.counted([...begun.brought, ...broughtOf(request, turnId)]);
    const caller = { id: claim.owner, token };
    const { built, callable, left, brought, outputs } = await turnPrompt(
      parts,
      request,
      begun,
      assistant,
      caller,
      measured,
      counted,
    );
    const giveUpAt = startedAt + parts.deadlineMs;
    const wishes = wishesOf(request, prompts.outputTokens(assistant));
    const options = { ...wishes, cacheKey: sessionId, giveUpAt };
    const told = new Ready<Told>();
    const recordMs = patienceMs(parts.leaseMs);
    const choice = request.toolChoice;
    const toolTurn = { claim, lease, audit, prompts, callable, choice, caller, recordMs };
    rounds = new Rounds(store, { model, assistant, options }, toolTurn, (event) => told.push(event));
    const speaking = rounds.run(built, left, journal);
    asides.ask(built, lease, giveUpAt);
    const isOver = () => told.end();
    speech = speaking.then(isOver, isOver);
    for await (const some of told) for (const event of some) yield event;
    const spoken = await speaking;
    const prompt = await prompts.recounted(spoken.prompt);
    const count = await prompts.countAnswer(spoken);
    const { spent: summarySpent, ...remembered } = await asides.remembered(prompt, lease);
    const finished: TurnFinished = {
      type: 'turn-finished',
      finish_reason: spoken.finishReason,
      usage: spoken.usage,
      context: { ...prompt.report(), summary_tokens: summarySpent },
      ...(spoken.sources && { sources: spoken.sources }),
      finished_at: now(),
    };
    // A turn that was stopped before it said or did anything has nothing that could be stored.
    if (spoken.content !== '' || spoken.steps.some(isDone)) {
      audit.spentTokens = await rounds.spent();
      // Before the commit, so that no turn is stored without a record; the lease is still held meanwhile.
      await audit.answered(spoken, finished, patienceMs(parts.leaseMs));
      answered = true;
    }
    if (answered && !isEphemeral) {
      const answeredBy = { model: spoken.model ?? model.name, prompt_version: promptVersion(assistant) };
      const asked = { brought: [...brought], approve, outputs, echo, answeredBy };
      const messages = messagesOf(turnId, begun, asked, prompt, spoken, count, finished, askedAt);
      const about = { ...messages, assistant: name, finished, spent: audit.spentTokens };
      const unsent = await lease.release();
      const { commit, tokenFactor } = commitOf({ ...about, unsent, spoken, prompt, count, remembered });
      const outcome = await patiently(() => store.commit(claim, commit), lease.patienceEndsAt);
      if (outcome === 'lost') throw new Failure('turn-lost', 'The turn lost its session; nothing was stored.');
      stored = true;
      asides.finish(tokenFactor);
    }
    ending = finished;
    yield finished;
  } catch (error) {
    ending = error instanceof Failure ? error : new Failure('internal', '');
    throw error;
  } finally {
    if (ending === undefined) {
      ending = new Failure('turn-lost', 'The turn was given up.');
      lease.end(ending);
    }
    // A tool that is told to end may still answer.
    await speech;
    const unsent = await lease.release();
    if (!answered) audit.spentTokens = (await rounds?.spent()) ?? 0;
    audit.ended(ending, answered && !(ending instanceof Failure));
    if (!stored) {
      const told = ending instanceof Failure ? toldFailure(ending, request.requestId) : ending;
      // Where the store is away, the lease ends by itself, and all that was reserved counts.
      const asidesSpent = await asides.giveUp();
      await store.abandon(claim, told, unsent, audit.spentTokens, asidesSpent).catch(() => {});
    }
    running.delete(lease);
  }
}
