import { KafkaContainer } from '@testcontainers/kafka';
import { RedisContainer } from '@testcontainers/redis';
import { GenericContainer, getContainerRuntimeClient, Wait } from 'testcontainers';
import { REGISTRY_VERSION } from './jars.ts';
import { CONFLUENT_API_PATH } from './registry.ts';

/** A server in a container: where it is, and how to end it. */
export interface ContainerServer {
  /** What a client connects to: `host:port` for Kafka, a URL for the others. */
  readonly address: string;
  /** Ends the container and removes it with its data. */
  stop(): Promise<void>;
}

const KAFKA_IMAGE = 'confluentinc/cp-kafka:8.2.0';
const REDIS_IMAGE = 'redis:7.4.2-alpine';
const REGISTRY_IMAGE = `apicurio/apicurio-registry:${REGISTRY_VERSION}`;
const KAFKA_PORT = 9093;
const REGISTRY_PORT = 8080;
const START_DEADLINE_MS = 180_000;

/** Whether a container runtime answers; takes milliseconds where there is none. */
export async function dockerAnswers(): Promise<boolean> {
  try {
    await getContainerRuntimeClient();
    return true;
  } catch {
    return false;
  }
}

/** Starts Kafka in a container: one node, transactions on, no topic made by itself. */
export async function startKafkaContainer(): Promise<ContainerServer> {
  const container = await new KafkaContainer(KAFKA_IMAGE)
    .withKraft()
    .withEnvironment({
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      // The module sets the in-sync minimum only: with Kafka's three replicas no transaction would start.
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS: '4',
    })
    .withStartupTimeout(START_DEADLINE_MS)
    .start();
  return {
    address: `${container.getHost()}:${container.getMappedPort(KAFKA_PORT)}`,
    stop: async () => void (await container.stop()),
  };
}

/** Starts Redis in a container, keeping nothing on disk. */
export async function startRedisContainer(): Promise<ContainerServer> {
  const container = await new RedisContainer(REDIS_IMAGE)
    .withStartupTimeout(START_DEADLINE_MS)
    .start();
  return {
    address: `redis://${container.getHost()}:${container.getPort()}`,
    stop: async () => void (await container.stop()),
  };
}

/** Starts the schema registry in a container, keeping schemas in memory. */
export async function startRegistryContainer(): Promise<ContainerServer> {
  const container = await new GenericContainer(REGISTRY_IMAGE)
    .withExposedPorts(REGISTRY_PORT)
    .withWaitStrategy(Wait.forHttp(`${CONFLUENT_API_PATH}/subjects`, REGISTRY_PORT))
    .withStartupTimeout(START_DEADLINE_MS)
    .start();
  const port = container.getMappedPort(REGISTRY_PORT);
  return {
    address: `http://${container.getHost()}:${port}${CONFLUENT_API_PATH}`,
    stop: async () => void (await container.stop()),
  };
}
