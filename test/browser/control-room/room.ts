import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Codec } from '@vigil/contracts/codec';
import type {
  AreaId,
  Fact,
  FactId,
  ForceId,
  IncidentId,
  SourceId,
  UnitId,
} from '@vigil/domain/facts/fact';
import { topicOf } from '@vigil/domain/facts/fact';
import { type Instant, plus } from '@vigil/domain/time/instant';
import { Kafka, logLevel, type Producer } from 'kafkajs';
import { openTestCodec } from '../../integration/ledger-reader.ts';
import {
  deciding,
  type Service,
  started,
  startService,
  vigil,
} from '../../integration/vigil-process.ts';
import { freePorts } from '../../servers/ports.ts';
import type { ServerAddresses } from '../../servers/real-servers.ts';
import { until } from '../../servers/until.ts';

/** A child is to be attended within the hour; an acknowledgement lasts a few seconds, to see it lapse. */
const policy = `timeZone: Europe/London
grace: PT1S
acknowledgementLasts: PT5S
targets:
  - { name: child-priority-attendance, milestone: attended, grades: [priority], child: involved,
      within: PT60M, warnAt: 0.75, escalateAfter: [PT1H],
      severity: { warning: medium, breach: high, escalation: critical } }
objectives:
  - { name: priority-within-the-hour, milestone: attended, grades: [priority], within: PT60M,
      target: 0.75, windows: [PT1H, P1D, P7D, P28D], minimumIncidents: 20 }
`;

const hour = 3_600_000;

/** A control room on real servers: the services as processes, and a source of facts. */
export interface Room {
  readonly url: string;
  readonly codec: Codec;
  /** What the services of the deployment were started with. */
  readonly environment: Readonly<Record<string, string>>;
  /** An incident with a child in it whose hour is over in so many milliseconds. */
  create(incident: string, dueInMs: number, areaId?: string): Promise<void>;
  attend(incident: string): Promise<void>;
  produce(facts: readonly Fact[]): Promise<void>;
  /** Takes the page's server away, and brings another up in its place. */
  replaceServer(meanwhile: () => Promise<void>): Promise<void>;
  /** What the services have logged so far. */
  logs(): string;
  stop(): Promise<void>;
}

/** Starts a deployment of its own on the servers, and waits until its page answers. */
export async function openRoom(servers: ServerAddresses, deployment: string): Promise<Room> {
  const folder = await mkdtemp(join(tmpdir(), 'vigil-room-'));
  await writeFile(join(folder, 'policy.yaml'), policy);
  const [port = 0] = await freePorts(1);
  const environment = {
    KAFKA_BROKERS: servers.kafkaBrokers.join(','),
    REDIS_URL: servers.redisUrl,
    SCHEMA_REGISTRY_URL: servers.registryUrl,
    VIGIL_DEPLOYMENT: deployment,
    VIGIL_TOPIC_PREFIX: `${deployment}-`,
    VIGIL_PARTITIONS: '2',
    VIGIL_REPLICATION_FACTOR: '1',
    VIGIL_POLICY: join(folder, 'policy.yaml'),
    VIGIL_HTTP_HOST: '127.0.0.1',
  };
  const applied = await vigil(['topics', 'apply'], environment);
  if (applied.status !== 0) throw new Error(applied.stderr);
  const codec = await openTestCodec(servers, `${deployment}-`);
  const producer = await connectProducer(servers);
  const services = deciding.map((name) =>
    startService(name, { ...environment, VIGIL_HTTP_PORT: '0' }),
  );
  const url = `http://127.0.0.1:${port}`;
  const openPage = async (): Promise<Service> => {
    const server = startService('control-room', { ...environment, VIGIL_ROOM_PORT: String(port) });
    await started(server);
    await until(async () => (await fetch(`${url}/api/session`)).ok, {
      what: 'the control room to answer',
      deadlineMs: 20_000,
      pollMs: 100,
    });
    return server;
  };
  await Promise.all(services.map(started));
  let server = await openPage();

  async function produce(facts: readonly Fact[]): Promise<void> {
    const byTopic = Map.groupBy(facts, (fact) => codec.topics.input[topicOf[fact.type]]);
    const topicMessages = [...byTopic].map(([topic, ones]) => ({
      topic,
      messages: ones.map((fact) => codec.encodeFact(fact)),
    }));
    await producer.sendBatch({ topicMessages });
  }

  return {
    url,
    codec,
    environment,
    produce,
    create: (incident, dueInMs, areaId = 'docks') =>
      produce([created(incident, plus(now(), dueInMs - hour), areaId)]),
    attend: (incident) =>
      produce([{ type: 'officer-attended', ...base(incident, now()), unitId: 'NM21' as UnitId }]),
    async replaceServer(meanwhile) {
      await server.stop();
      await meanwhile();
      server = await openPage();
    },
    logs: () => [...services, server].map((service) => service.stderr()).join(''),
    async stop() {
      await Promise.all([...services, server].map((service) => service.stop()));
      await producer.disconnect();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function connectProducer(servers: ServerAddresses): Promise<Producer> {
  const kafka = new Kafka({
    brokers: servers.kafkaBrokers,
    clientId: 'cad',
    logLevel: logLevel.NOTHING,
  });
  const producer = kafka.producer();
  await producer.connect();
  return producer;
}

function now(): Instant {
  return Date.now() as Instant;
}

let nextId = 0;

function base(incident: string, at: Instant) {
  return {
    id: `f${++nextId}` as FactId,
    source: 'urn:police:northmoor:cad' as SourceId,
    incidentId: incident as IncidentId,
    at,
  };
}

/** The creation of a priority incident with a child in it. */
export function created(incident: string, at: Instant, areaId = 'docks'): Fact {
  return {
    type: 'incident-created',
    ...base(incident, at),
    forceId: 'northmoor' as ForceId,
    areaId: areaId as AreaId,
    grade: 'priority',
    childInvolvement: 'involved',
  };
}
