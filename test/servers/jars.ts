import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { until } from './until.ts';

/** The Kafka that local tests run. Runs on Java 17 or later. */
export const KAFKA_VERSION = '4.3.1';

/** The Apicurio Registry that local tests run. Runs on Java 21 or later. */
export const REGISTRY_VERSION = '3.3.3';

/** The release of helm-java that tests render the chart with: Helm 3.21. */
export const HELM_JAVA_VERSION = '0.0.21';

const run = promisify(execFile);
const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.9.0';
const CACHE = fileURLToPath(new URL('../../.cache/', import.meta.url));
const KAFKA_POM = fileURLToPath(new URL('./maven/kafka.pom.xml', import.meta.url));
const HELM_POM = fileURLToPath(new URL('./maven/helm.pom.xml', import.meta.url));
const FETCH_DEADLINE_MS = 300_000;
const ATTEMPTS = 2;
const OUTPUT_KEPT_CHARS = 4_000;
const REMEDY =
  'Install Maven 3.6 or later with a JDK, start Docker, or give KAFKA_BROKERS, REDIS_URL and SCHEMA_REGISTRY_URL.';

/** Maven is missing or could not fetch a server; the message says what to do. */
export class FetchFailed extends Error {
  override readonly name = 'FetchFailed';
}

/**
 * The folder with the jars of a Kafka broker, fetched by Maven the first time and then kept in `.cache`.
 *
 * @throws {FetchFailed} when Maven is missing or fails.
 */
export function kafkaJars(): Promise<string> {
  return fetchOnce(`kafka-${KAFKA_VERSION}`, (directory) => [
    '-f',
    KAFKA_POM,
    `-Dkafka.version=${KAFKA_VERSION}`,
    `${DEPENDENCY_PLUGIN}:copy-dependencies`,
    '-DincludeScope=runtime',
    `-DoutputDirectory=${directory}`,
  ]);
}

/**
 * The folder with the jars of Helm as a library, fetched by Maven the first time and then kept in `.cache`.
 *
 * @throws {FetchFailed} when Maven is missing or fails.
 */
export function helmJars(): Promise<string> {
  return fetchOnce(`helm-java-${HELM_JAVA_VERSION}`, (directory) => [
    '-f',
    HELM_POM,
    `-Dhelm-java.version=${HELM_JAVA_VERSION}`,
    `${DEPENDENCY_PLUGIN}:copy-dependencies`,
    '-DincludeScope=runtime',
    `-DoutputDirectory=${directory}`,
  ]);
}

/**
 * The folder with `quarkus-run.jar` of the Apicurio Registry, fetched by Maven the first time and then
 * kept in `.cache`.
 *
 * @throws {FetchFailed} when Maven is missing or fails.
 */
export function registryJars(): Promise<string> {
  return fetchOnce(`apicurio-registry-${REGISTRY_VERSION}`, (directory) => [
    `${DEPENDENCY_PLUGIN}:unpack`,
    `-Dartifact=io.apicurio:apicurio-registry-app:${REGISTRY_VERSION}:tar.gz:all`,
    `-DoutputDirectory=${directory}`,
    // Without a project the plugin would keep its notes in a folder named after an unset variable.
    `-DmarkersDirectory=${directory}/../markers`,
  ]);
}

async function fetchOnce(name: string, goal: (into: string) => string[]): Promise<string> {
  const directory = join(CACHE, name);
  if (existsSync(directory)) return directory;
  await mkdir(CACHE, { recursive: true });
  // One lock for all: two Mavens that fill one local repository get in each other's way.
  return withLock(join(CACHE, 'fetch.lock'), async () => {
    if (existsSync(directory)) return directory;
    // The folder gets its name only when it is complete: what is there under that name can be trusted.
    const unfinished = join(CACHE, `${name}.${randomUUID()}`);
    try {
      const content = join(unfinished, 'content');
      await maven(goal(content), name);
      await rename(content, directory);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    return directory;
  });
}

async function maven(goal: readonly string[], what: string): Promise<void> {
  let failure = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    // Maven remembers for a day what it could not fetch, unless it is told to ask again.
    const again = attempt === 1 ? [] : ['--update-snapshots'];
    const { succeeded, output } = await runMaven([...again, ...goal], what);
    if (succeeded) return;
    failure = output;
  }
  throw new FetchFailed(
    `Maven could not fetch ${what} in ${ATTEMPTS} attempts. ${REMEDY}\n${failure}`,
  );
}

async function runMaven(
  args: readonly string[],
  what: string,
): Promise<{ succeeded: boolean; output: string }> {
  try {
    await run('mvn', ['--batch-mode', '--no-transfer-progress', ...args], {
      cwd: CACHE,
      timeout: FETCH_DEADLINE_MS,
      maxBuffer: Number.POSITIVE_INFINITY,
    });
    return { succeeded: true, output: '' };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new FetchFailed(`Cannot run mvn to fetch ${what}. ${REMEDY}`, { cause: error });
    }
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    const output = `${stdout ?? ''}${stderr ?? ''}`.trimEnd() || String(error);
    return { succeeded: false, output: output.slice(-OUTPUT_KEPT_CHARS) };
  }
}

/**
 * Runs `work` while no other process of this machine does under the same lock. A lock whose owner died
 * is taken over; should two do so at once, both do the work and the last finished folder is refused
 * by the file system, so that a race costs time and nothing else.
 */
async function withLock<T>(lock: string, work: () => Promise<T>): Promise<T> {
  await until(() => takeLock(lock), {
    what: `another process to finish fetching (${lock}; remove it if none is)`,
    deadlineMs: FETCH_DEADLINE_MS * 2,
    pollMs: 200,
  });
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

const LOCK_WITHOUT_OWNER_MS = 5_000;

async function takeLock(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  try {
    const owner = Number.parseInt(await readFile(lock, 'utf8'), 10);
    // Between creating the file and writing the pid a lock has no owner to ask after.
    const abandoned = Number.isNaN(owner)
      ? Date.now() - (await stat(lock)).mtimeMs > LOCK_WITHOUT_OWNER_MS
      : !isAlive(owner);
    if (abandoned) await rm(lock, { force: true });
  } catch {
    // The owner finished while we looked: the next try takes the lock.
  }
  return false;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
