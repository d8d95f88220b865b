import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

// The scenarios for clients of @modelcontextprotocol/conformance, with what speaks to MCP servers here as the client.
// Run: npm run test:mcp-conformance. docs/testing.md says which of them there are, and which do not apply.

const scenarios = ['initialize', 'tools_call', 'sse-retry'];

const suite = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js');
const client = `${process.execPath} ${resolve(import.meta.dirname, 'client.ts')}`;

let failed = 0;
for (const scenario of scenarios) {
  const folder = mkdtempSync(join(tmpdir(), 'parley-conformance-'));
  const options = ['client', '--command', client, '--scenario', scenario, '--output-dir', folder];
  const { status, stdout, stderr } = spawnSync(process.execPath, [suite, ...options], {
    cwd: folder,
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  const [passed = ''] = /Passed: .*/.exec(`${stdout}${stderr}`) ?? [];
  console.log(`${status === 0 ? 'passed' : 'FAILED'}  ${scenario}  ${passed}`);
  if (status !== 0) {
    failed += 1;
    console.log(stdout, stderr);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
