import type { SessionStore } from '../../shared/conversation/ports/session-store.ts';
import { MemorySessionStore } from '../../shared/sessions/memory/memory-session-store.ts';

type Step = 'begin' | 'extend' | 'commit' | 'abandon' | 'follow';
type Asked<S extends Step> = Parameters<SessionStore[S]>;

/** A memory store that remembers what it was asked, with something that happens before each step of a turn. */
export class WatchedStore extends MemorySessionStore {
  before: (step: Step) => Promise<unknown> = async () => {};
  readonly asked: { [S in Step]: Asked<S>[] } = { begin: [], extend: [], commit: [], abandon: [], follow: [] };

  override async begin(...asked: Asked<'begin'>) {
    this.asked.begin.push(asked);
    await this.before('begin');
    return super.begin(...asked);
  }

  override async extend(...asked: Asked<'extend'>) {
    this.asked.extend.push(asked);
    await this.before('extend');
    return super.extend(...asked);
  }

  override async commit(...asked: Asked<'commit'>) {
    this.asked.commit.push(asked);
    await this.before('commit');
    return super.commit(...asked);
  }

  override async abandon(...asked: Asked<'abandon'>) {
    this.asked.abandon.push(asked);
    await this.before('abandon');
    return super.abandon(...asked);
  }

  override async follow(...asked: Asked<'follow'>) {
    this.asked.follow.push(asked);
    await this.before('follow');
    return super.follow(...asked);
  }
}
