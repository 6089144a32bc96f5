import { randomBytes } from 'node:crypto';
import { describe, inject, it } from 'vitest';
import type { LocalMeans } from './local-means.ts';
import type { ServerAddresses } from './real-servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Undefined where no real servers could be found and tests are skipped. */
    servers: ServerAddresses | undefined;
    /** What tests can start for themselves here. */
    localMeans: LocalMeans;
  }
}

/**
 * The servers of this test run, shared by all test files: keep to topics, groups and keys named after
 * {@link testDeployment}.
 *
 * @throws when this machine has none; {@link describeWithServers} skips its tests there.
 */
export function realServers(): ServerAddresses {
  const servers = inject('servers');
  if (!servers) throw new Error('This test run has no real servers: use describeWithServers.');
  return servers;
}

/**
 * A block of tests that needs the real servers; skipped, and counted as skipped, where there are none
 * (never under CI, where the run has failed before).
 */
export function describeWithServers(name: string, tests: (servers: ServerAddresses) => void): void {
  const servers = inject('servers');
  if (servers) describe(name, () => tests(servers));
  else describe.skip(name, () => it('needs a real Kafka, Redis and schema registry', () => {}));
}

/**
 * A block of tests that start servers of their own to make them fail; skipped, and counted as skipped,
 * on a developer's machine that lacks the program. Under CI nothing is skipped.
 *
 * @param means the program that the tests start.
 */
export function describeWithLocal(means: keyof LocalMeans, name: string, tests: () => void): void {
  if (inject('localMeans')[means]) describe(name, tests);
  else describe.skip(name, () => it(`needs a ${means} of its own`, () => {}));
}

/**
 * A name that no other test uses, of lower-case letters, digits and hyphens: for a deployment, and so
 * for everything named after one, topics, consumer groups, transactional ids, subjects, Redis keys.
 *
 * @param about a word or two to recognise it by in a server's own listings.
 */
export function testDeployment(about = 'test'): string {
  return `${about}-${randomBytes(5).toString('hex')}`;
}
