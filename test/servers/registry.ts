import { registryJars } from './jars.ts';
import { findJava } from './java.ts';
import { type LocalServer, startLocalServer, temporaryDirectory } from './local-server.ts';
import { freePorts } from './ports.ts';

/** A schema registry of a test's own; what it knows is forgotten when it ends. */
export interface LocalRegistry extends LocalServer {
  /** The root of its API that is compatible with Confluent's, as `SCHEMA_REGISTRY_URL` wants it. */
  readonly url: string;
}

/** Where Apicurio Registry answers as Confluent's does. */
export const CONFLUENT_API_PATH = '/apis/ccompat/v7';

const HOST = '127.0.0.1';
const OLDEST_JAVA = 21;
const START_DEADLINE_MS = 90_000;

/**
 * Starts Apicurio Registry, keeping schemas in memory, on a free port of its own and waits until it
 * answers.
 *
 * @param settings - more of them, as `-Dname=value`.
 * @throws {ServerDidNotStart} with the end of its log; {@link FetchFailed} or {@link JavaNotFound} with
 * the remedy when it cannot be run here.
 */
export async function startLocalRegistry(settings: readonly string[] = []): Promise<LocalRegistry> {
  const [java, jars] = await Promise.all([findJava(OLDEST_JAVA), registryJars()]);
  const [port, managementPort] = await freePorts(2);
  const directory = temporaryDirectory('vigil-registry-');
  const url = `http://${HOST}:${port}${CONFLUENT_API_PATH}`;
  return startLocalServer(
    {
      name: 'Apicurio Registry',
      command: java,
      args: [
        '-Xms128m',
        '-Xmx384m',
        '-XX:+UseSerialGC',
        `-Dquarkus.http.host=${HOST}`,
        `-Dquarkus.http.port=${port}`,
        // Otherwise on 9000, where only one registry of a machine can be.
        `-Dquarkus.management.host=${HOST}`,
        `-Dquarkus.management.port=${managementPort}`,
        '-Dquarkus.log.level=WARN',
        ...settings,
        '-jar',
        `${jars}/quarkus-run.jar`,
      ],
      directory,
      ready: () => answers(url),
      startDeadlineMs: START_DEADLINE_MS,
    },
    { url },
  );
}

/** Whether the registry at `url` answers as a Confluent registry does. */
async function answers(url: string): Promise<boolean> {
  const response = await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(5_000) });
  return response.ok && Array.isArray(await response.json());
}
