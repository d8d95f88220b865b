import type { Tokens } from 'marked';
import { useContext } from 'react';
import { useRenderers } from '../renderers.ts';
import { IsGrowing } from './is-growing.ts';

/** A block of code, shown by the app's component or the panel's own. */
export function Code({ token }: { token: Tokens.Code }) {
  const { code: CodeBlock } = useRenderers();
  const isGrowing = useContext(IsGrowing);
  const [language] = token.lang?.match(/[^\s{},]+/) ?? [];
  return <CodeBlock code={token.text} language={language} isComplete={!isGrowing || isClosed(token.raw)} />;
}

/** Whether the last line is a fence that closes the one in the first line. */
function isClosed(raw: string): boolean {
  const [fence = ''] = /`{3,}|~{3,}/.exec(raw) ?? [];
  const lines = raw.trimEnd();
  const last = lines.slice(lines.lastIndexOf('\n') + 1).trim();
  return fence !== '' && lines.includes('\n') && last.startsWith(fence) && last === last.charAt(0).repeat(last.length);
}
