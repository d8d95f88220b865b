import type { RegisteredFunction } from './functions-core.ts';
import { SetupError } from './setup-error.ts';

export interface Route {
  called: RegisteredFunction;
  /** Upper case. */
  methods: string[];
  /** From the root, without slashes at its ends: `chat/history/{session_id}`. */
  path: string;
  segments: Segment[];
}

type Segment = { literal: string } | { parameter: string };

export interface Match {
  called: RegisteredFunction;
  parameters: Record<string, string>;
}

/**
 * The routes in the order in which the real host tries them: by the name of the function, so that a literal segment
 * does not win over a parameter.
 *
 * @param prefix `extensions.http.routePrefix` of host.json
 * @throws {SetupError} that names a route which the real host refuses, or which only the real host understands.
 */
export function routesOf(functions: Iterable<RegisteredFunction>, prefix: string): Route[] {
  return [...functions]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((called) => {
      const route = trimSlashes(called.trigger.route || called.name);
      // Checked on the template without the prefix, as `ScriptHost.ValidateHttpFunction` does.
      if (/^admin/i.test(route))
        throw new SetupError(`${called.name}: the platform keeps routes that begin with admin.`);
      const path = trimSlashes(`${trimSlashes(prefix)}/${route}`);
      const segments = path.split('/').map((segment) => segmentOf(segment, called.name));
      return { called, methods: called.trigger.methods.map((method) => method.toUpperCase()), path, segments };
    });
}

function segmentOf(segment: string, name: string): Segment {
  const [, parameter] = /^\{(\w+)\}$/.exec(segment) ?? [];
  if (parameter !== undefined) return { parameter };
  if (/[{}]/.test(segment)) throw new SetupError(`${name}: the local host has no route segments such as ${segment}.`);
  return { literal: segment.toLowerCase() };
}

/** Finds the function that answers: letter case and one slash at the end make no difference, the method does. */
export function matchRoute(routes: Route[], method: string, pathname: string): Match | undefined {
  const given = pathname.replace(/^\//, '').replace(/\/$/, '').split('/').map(decodeSegment);
  for (const { called, methods, segments } of routes) {
    if (segments.length !== given.length || !methods.includes(method)) continue;
    const parameters: Record<string, string> = {};
    const matches = segments.every((segment, index) => {
      const value = given[index] ?? '';
      if ('literal' in segment) return segment.literal === value.toLowerCase();
      parameters[segment.parameter] = value;
      return value !== '';
    });
    if (matches) return { called, parameters };
  }
  return undefined;
}

/** An encoded slash stays as it is, and so do bytes that are not UTF-8. */
function decodeSegment(segment: string): string {
  const parts = segment.split(/(%2f)/i).map((part, index) => {
    if (index % 2 === 1) return part;
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return parts.join('');
}

const trimSlashes = (path: string) => path.replace(/^\/+|\/+$/g, '');
