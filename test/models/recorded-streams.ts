import type { Api } from './deployment.ts';

/** What every recorded stream says. */
export const recordedText = 'Grüße, 世界 😀!';

/**
 * Streams as they come over the wire: Azure's first and last chunks, comments, CRLF, escaped and plain characters of
 * one to four bytes, fields that are not ours. What nobody reads is shortened.
 */
export const recordedStreams: Record<Api, string> = {
  chat: [
    'data: {"choices":[],"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0}]}',
    'data: {"choices":[{"content_filter_results":{},"delta":{"content":"","refusal":null,"role":"assistant"},"finish_reason":null,"index":0}]}',
    ': keep-alive',
    'data: {"choices":[{"delta":{"content":"Grüße, 世"},"finish_reason":null,"index":0}]}',
    'data: {"choices":[{"delta":{"content":"界 \\ud83d"},"finish_reason":null,"index":0}]}',
    'data: {"choices":[{"delta":{"content":"\\ude00!"},"finish_reason":null,"index":0}]}',
    'data: {"choices":[{"content_filter_offsets":{"check_offset":9},"finish_reason":null,"index":0}]}',
    'data: {"choices":[{"delta":{},"finish_reason":"stop","index":0}],"usage":null}',
    'data: {"choices":[],"usage":{"completion_tokens":7,"prompt_tokens":30,"prompt_tokens_details":{"cached_tokens":10},"total_tokens":37}}',
    'data: [DONE]\n\n',
  ].join('\n\n'),
  responses: [
    'event: response.created\ndata: {"type":"response.created","response":{"id":"resp_1","status":"in_progress"}}',
    'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"Grüße, 世界"}',
    'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":" 😀!"}',
    'event: response.output_text.done\ndata: {"type":"response.output_text.done","text":"Grüße, 世界 😀!"}',
    'event: response.completed\ndata: {"type":"response.completed","response":{"id":"resp_1","status":"completed","usage":{"input_tokens":30,"input_tokens_details":{"cached_tokens":10},"output_tokens":7}}}\n\n',
  ].join('\n\n'),
  completions: [
    ': compatible servers write CRLF',
    'data: {"choices":[{"text":" Grüße, 世","index":0,"finish_reason":null}]}',
    'id: 3\r\nretry: 10\r\ndata:{"choices":[{"text":"界 😀","index":0,"finish_reason":null}]}',
    'data: {"choices":[{"text":"!\\n","index":0,"finish_reason":"stop"}]}',
    'data: {"choices":[],\r\ndata: "usage":{"prompt_tokens":30,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":10}}}',
    'data: [DONE]\r\n\r\n',
  ].join('\r\n\r\n'),
};
