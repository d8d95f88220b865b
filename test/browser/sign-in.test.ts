import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { OidcIssuer } from '../identity/oidc-issuer.ts';
import { ChatPage, startWorld, type World } from './world.ts';
