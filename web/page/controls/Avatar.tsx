import type { Assistant } from '../../../packages/parley-client/src/index.ts';

/** What an assistant is known by at a glance; it is named beside it. */
export function Avatar({ assistant: { title, avatar = title.slice(0, 1) } }: { assistant: Assistant }) {
  if (avatar.startsWith('data:')) return <img className="parley-picture" src={avatar} alt="" />;
  return (
    <span className="parley-picture" aria-hidden="true">
      {avatar}
    </span>
  );
}
