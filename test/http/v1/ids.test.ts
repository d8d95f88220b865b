import { describe, expect, test } from 'vitest';
import {
  conversationId,
  itemId,
  readConversationId,
  readItemId,
  readResponseId,
  responseId,
} from '../../../shared/http/v1/ids.ts';

const sessionId = '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';
const turnId = 'ffffffff-ffff-4fff-bfff-ffffffffffff';
const hex = sessionId.replaceAll('-', '');

describe('an id of the API', () => {
  test('holds what finds the thing, and is read back, in any case of letters', () => {
    const conversation = conversationId(sessionId);
    expect(conversation).toBe(`conv_${hex}`);
    expect(readConversationId(`conv_${hex.toUpperCase()}`)).toBe(sessionId);
    expect(readResponseId(responseId({ sessionId, turnId }))).toEqual({ sessionId, turnId });
    const item = { type: 'message' as const, sessionId, blockId: turnId, place: 12 };
    expect(itemId(item)).toBe(`msg_${hex}${turnId.replaceAll('-', '')}12`);
    expect(readItemId(itemId(item))).toEqual(item);
  });

  test.each([
    ['nothing', ''],
    ['a UUID with hyphens', `conv_${sessionId}`],
    ['no prefix', hex],
    ['another prefix', `sess_${hex}`],
    ['a digit too few', `conv_${hex.slice(1)}`],
    ['a digit too many', `conv_${hex}0`],
    ['a line end', `conv_${hex}\n`],
    ['another kind of UUID', `conv_${hex.slice(0, 12)}1${hex.slice(13)}`],
    ['a path', 'conv_../../../../../../../../../etc'],
  ])('with %s is none of ours', (_, id) => {
    expect(readConversationId(id)).toBeUndefined();
    const more = turnId.replaceAll('-', '');
    expect(readResponseId(id.replace(/^conv_/, 'resp_') + more)).toBeUndefined();
    expect(readItemId(`${id.replace(/^conv_/, 'msg_') + more}0x`)).toBeUndefined();
  });

  test.each(['', '00', '01', '-1', '1e3', '1234567890'])('of an item has a place that counts: %s is none', (place) => {
    expect(readItemId(`msg_${hex}${turnId.replaceAll('-', '')}${place}`)).toBeUndefined();
  });
});
