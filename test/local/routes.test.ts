import { expect, test } from 'vitest';
import type { RegisteredFunction } from '../../local/functions-core.ts';
import { matchRoute, routesOf } from '../../local/routes.ts';

const calledAt = (name: string, route: string): RegisteredFunction => ({
  name,
  bindings: {},
  trigger: { type: 'httpTrigger', name: 'httpTrigger', route, methods: ['get'] },
  callback: () => {},
});

test.each([
  ['admin', 'the platform keeps routes that begin with admin'],
  ['Administration/health', 'the platform keeps routes that begin with admin'],
  ['chat/{*rest}', 'the local host has no route segments such as {*rest}'],
  ['chat/{id:int}', 'the local host has no route segments such as {id:int}'],
  ['chat/{id?}', 'the local host has no route segments such as {id?}'],
])('the route %s is refused at the start', (route, why) => {
  expect(() => routesOf([calledAt('chat', route)], '')).toThrow(`chat: ${why}`);
});

test('a prefix stands before every route, and slashes at the ends of both make no difference', () => {
  const routes = routesOf([calledAt('chat', '/chat/')], '/v1/');
  expect(routes.map(({ path }) => path)).toEqual(['v1/chat']);
  expect(matchRoute(routes, 'GET', '/v1/chat')?.called.name).toBe('chat');
});
