import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from './client.ts';

/** Something that serves the contract, wherever it runs, and who calls it. */
export interface Deployment {
  client: Client;
  /** Another user of it. */
  other?: Client | undefined;
  /** A caller that it cannot know. */
  nobody?: Client | undefined;
}

/** Where a deployment is, and how callers are known there; docs/testing.md explains each. */
export interface DeploymentVariables {
  PARLEY_URL?: string | undefined;
  PARLEY_KEY?: string | undefined;
  PARLEY_USER?: string | undefined;
  PARLEY_TOKEN?: string | undefined;
  PARLEY_OTHER_USER?: string | undefined;
  PARLEY_OTHER_TOKEN?: string | undefined;
}

export function deploymentOf(variables: DeploymentVariables): Deployment {
  const { PARLEY_URL = '', PARLEY_KEY: key, PARLEY_USER: user, PARLEY_TOKEN: token } = variables;
  const clientOf = (asUser?: string, withToken?: string) =>
    new Client(
      PARLEY_URL.replace(/\/$/, ''),
      {
        ...(key ? { 'x-functions-key': key } : {}),
        ...(asUser ? { 'x-user-id': asUser } : {}),
        ...(withToken ? { authorization: `Bearer ${withToken}` } : {}),
      },
      patientFetch,
    );
  const { user: knowsUsers, other: knowsOthers } = identitiesIn(variables);
  return {
    client: clientOf(user, token),
    other: knowsOthers ? clientOf(variables.PARLEY_OTHER_USER, variables.PARLEY_OTHER_TOKEN) : undefined,
    nobody: knowsUsers ? clientOf() : undefined,
  };
}

/** Which identities are given: of a user, and of another one. */
export function identitiesIn(variables: DeploymentVariables): { user: boolean; other: boolean } {
  return {
    user: Boolean(variables.PARLEY_USER || variables.PARLEY_TOKEN),
    other: Boolean(variables.PARLEY_OTHER_USER || variables.PARLEY_OTHER_TOKEN),
  };
}

/** The longest wait that is worth it, in seconds: the limits of a minute, but not those of a day. */
const longestWait = 65;

/** A deployment has limits, and so has its model: waits as long as it is told to. */
const patientFetch: typeof fetch = async (...call) => {
  for (;;) {
    const response = await fetch(...call);
    const seconds = Number(response.headers.get('retry-after') ?? Number.POSITIVE_INFINITY);
    if (![429, 503].includes(response.status) || seconds > longestWait) return response;
    await response.body?.cancel();
    await sleep(1000 * seconds);
  }
};
