import type { Call } from '../endpoint.ts';
import { ApiFailure, notFound } from './api-failure.ts';
import type { ApiItem } from './api-items.ts';
import { mcpName, NOT_SHOWN } from './call-items.ts';
import { materialOf } from './compaction-item.ts';
import { findItem } from './find-item.ts';
import type { InputContent, InputItem } from './input-items.ts';

/** How many are looked up at a time. */
const TOGETHER = 16;

/** What an item is that stands for no other. */
export type Resolved = Exclude<InputContent, { reference: unknown } | { compaction: unknown }>;

/**
 * What items say, references looked up and signatures checked. They hold no more text together than a body may: a short
 * request can refer to a long item a thousand times.
 *
 * @throws {ApiFailure} 400 for a compaction that is not the caller's; 404 for a reference to what is not the caller's, or
 *   not there; 413
 */
export async function resolveItems(call: Call, items: readonly InputItem[]): Promise<Resolved[]> {
  const { maxBodyBytes } = call.services.settings;
  const resolved: Resolved[] = [];
  let bytes = 0;
  for (let at = 0; at < items.length; at += TOGETHER) {
    const next = await Promise.all(items.slice(at, at + TOGETHER).map((item) => resolve(call, item)));
    for (const each of next) bytes += Buffer.byteLength(textOf(each));
    if (bytes > maxBodyBytes) throw tooLarge(maxBodyBytes, items);
    resolved.push(...next);
  }
  return resolved;
}

async function resolve(call: Call, item: InputItem): Promise<Resolved> {
  if ('compaction' in item) {
    const content = materialOf(call, item.compaction, `${item.param}.encrypted_content`);
    return { said: { role: 'user', content } };
  }
  if (!('reference' in item)) return item;
  const found = await findItem(call.services.store, call.caller.owner, item.reference);
  if (found === undefined) throw notFound('item', `${item.param}.id`);
  return contentOf(found);
}

/** What an item says that is kept here. */
function contentOf(item: ApiItem): Resolved {
  switch (item.type) {
    case 'message':
      return { said: { role: item.role, content: item.content.map(({ text }) => text).join('') } };
    case 'function_call':
      return { called: { call_id: item.call_id, name: item.name, arguments: item.arguments } };
    case 'function_call_output':
      return { output: { call_id: item.call_id, output: item.output } };
    case 'mcp_call': {
      const content = item.output ?? item.error?.content[0].text ?? NOT_SHOWN;
      return { said: { role: 'assistant', content, call: calledOf(item) } };
    }
    case 'mcp_approval_request':
      return { request: calledOf(item) };
    case 'mcp_approval_response':
      return { approval: { id: item.approval_request_id, approve: item.approve } };
  }
}

function calledOf({ id, server_label, name, arguments: written }: Extract<ApiItem, { server_label: string }>) {
  return { call_id: id, name: mcpName(server_label, name), arguments: written };
}

function textOf(item: Resolved): string {
  if ('said' in item) return item.said.content + (item.said.call?.arguments ?? '');
  if ('output' in item) return item.output.output;
  if ('approval' in item) return '';
  return ('called' in item ? item.called : item.request).arguments;
}

function tooLarge(maxBytes: number, [first]: readonly InputItem[]): ApiFailure {
  const detail = `The items, and those that they refer to, may have at most ${maxBytes} bytes of text.`;
  return new ApiFailure('body-too-large', undefined, detail, first?.param.replace(/\[.*/, ''));
}
