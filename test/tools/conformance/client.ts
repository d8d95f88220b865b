import { McpServer } from '../../../shared/tools/mcp/mcp-server.ts';
import { contextOf, somebody } from '../connected.ts';

// The client under test: an assistant's tools of the server whose address comes last, each called once.

const url = process.argv.at(-1) ?? '';
const server = new McpServer({ name: 'conformance', url, headers: {}, auth: { kind: 'none' }, tools: {} });

for (const tool of await server.tools(somebody)) {
  const { input, problem } = tool.check(argumentsFor(tool.offered.parameters));
  if (problem !== undefined) throw new Error(problem);
  console.log(tool.name, JSON.stringify(await tool.call(input, contextOf({ idempotencyKey: tool.name }))));
}

/** As a model might write them: a number for each that is wanted. */
function argumentsFor(schema: object): string {
  const { required = [] } = schema as { required?: string[] };
  return JSON.stringify(Object.fromEntries(required.map((name, place) => [name, place + 2])));
}
