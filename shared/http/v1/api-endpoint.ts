import type { HttpResponseInit } from '@azure/functions';
import { type Call, endpoint } from '../endpoint.ts';
import { errorResponse } from './error-response.ts';

/** Wraps an endpoint of OpenAI's API: its failures are told as that API tells them. */
export function apiEndpoint(answer: (call: Call) => Promise<HttpResponseInit>): ReturnType<typeof endpoint> {
  return endpoint(answer, errorResponse);
}
