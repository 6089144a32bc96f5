import type { TestProject } from 'vitest/node';
import { findLocalMeans } from './local-means.ts';
import { findRealServers, NoRealServers, type RealServers } from './real-servers.ts';
import './servers.ts';

/**
 * Gives the tests of one run their servers, and ends them after it. Under CI nothing is skipped: tests
 * run, and fail, even where the program that they start is missing.
 *
 * @throws {NoRealServers} under CI; elsewhere a machine without servers skips those tests, and says so.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { CI } = process.env;
  const isCi = CI === 'true';
  project.provide(
    'localMeans',
    isCi
      ? { redis: true, kafka: true, alertmanager: true, prometheus: true }
      : await findLocalMeans(),
  );

  let servers: RealServers;
  try {
    servers = await findRealServers();
  } catch (error) {
    if (!(error instanceof NoRealServers) || isCi) throw error;
    project.provide('servers', undefined);
    console.warn(`${banner(error.message)}\n`);
    return async () => undefined;
  }
  const { stop, ...addresses } = servers;
  project.provide('servers', addresses);
  return stop;
}

function banner(reasons: string): string {
  const rule = '='.repeat(78);
  return [
    rule,
    'INTEGRATION TESTS ARE SKIPPED: nothing below was tried on a real server.',
    reasons,
    rule,
  ].join('\n');
}
