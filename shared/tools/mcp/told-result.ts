import type { CallToolResult } from '@modelcontextprotocol/client';
import type { ToolResult } from '../../conversation/ports/toolbox.ts';
import { sourcesOf } from '../sources.ts';

type Block = CallToolResult['content'][number];

/** What a server has answered, as a text. What is no text is named, not told. */
export function toldResult({ content, structuredContent, isError }: CallToolResult): ToolResult {
  const text = content.map(textOf).join('\n\n');
  const hasText = content.some(({ type }) => type === 'text');
  const told = hasText || structuredContent === undefined ? [text] : [JSON.stringify(structuredContent), text];
  return {
    status: isError === true ? 'error' : 'ok',
    text: told.filter((part) => part !== '').join('\n\n'),
    sources: sourcesOf(content.flatMap(sourceOf)),
  };
}

function textOf(block: Block): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'image':
    case 'audio':
      return `[${block.type}: ${block.mimeType}]`;
    case 'resource_link':
      return `[resource: ${block.title ?? block.name}, ${block.uri}]`;
    case 'resource': {
      const { resource } = block;
      // Servers that search tell what they have found in this way.
      return 'text' in resource ? resource.text : `[resource: ${resource.uri}]`;
    }
    default:
      return '[something that is no text]';
  }
}

function sourceOf(block: Block): { url: string; title?: string | undefined }[] {
  if (block.type === 'resource_link') return [{ url: block.uri, title: block.title ?? block.name }];
  return block.type === 'resource' ? [{ url: block.resource.uri }] : [];
}
