import type { Broker, Cluster } from 'kafkajs';

/** What a client wants to do on the brokers. */
export interface RightAsked {
  readonly resource: 'topic' | 'group' | 'transactional-id';
  readonly name: string;
  readonly operations: readonly ('Read' | 'Write' | 'Describe' | 'DescribeConfigs')[];
}

/**
 * Asks the brokers which of the rights the user of this connection lacks; nothing is written or joined.
 * kafkajs knows no request whose answer says it, so two of the protocol are put here by hand: Metadata 8
 * names what may be done on a topic (Kafka 2.3 and later), and who may not look a coordinator up is told so.
 *
 * @returns the rights that lack something, each with only the operations that are lacking. A topic that
 * does not exist lacks nothing.
 */
export async function missingRights<Asked extends RightAsked>(
  cluster: Cluster,
  rights: readonly Asked[],
): Promise<Asked[]> {
  await cluster.connect();
  await cluster.refreshMetadata();
  const broker = await cluster.findControllerBroker();
  const topics = new Set(
    rights.filter(({ resource }) => resource === 'topic').map(({ name }) => name),
  );
  const allowed = await allowedOn(broker, [...topics]);
  const missing: Asked[] = [];
  for (const right of rights) {
    const operations =
      right.resource === 'topic'
        ? right.operations.filter((one) => !allowed(right.name, one))
        : (await mayLookUp(broker, right.resource, right.name))
          ? []
          : right.operations;
    if (operations.length > 0) missing.push({ ...right, operations });
  }
  return missing;
}

/** The bit of an operation in Kafka's set of them. */
const bits = { Read: 3, Write: 4, Describe: 8, DescribeConfigs: 10 } as const;

const METADATA = { apiKey: 3, apiVersion: 8, apiName: 'Metadata' } as const;
const FIND_COORDINATOR = { apiKey: 10, apiVersion: 1, apiName: 'FindCoordinator' } as const;
const UNKNOWN_TOPIC = 3;
const TOPIC_AUTHORIZATION_FAILED = 29;
const refused = { group: 30, 'transactional-id': 53 } as const;
const keyTypes = { group: 0, 'transactional-id': 1 } as const;

async function allowedOn(
  broker: Broker,
  topics: readonly string[],
): Promise<(topic: string, operation: keyof typeof bits) => boolean> {
  const [no, yes] = [Buffer.from([0]), Buffer.from([1])];
  // Makes no topic, asks nothing about the cluster, and about each topic what may be done.
  const encoded = Buffer.concat([int32(topics.length), ...topics.map(text), no, no, yes]);
  const answer = await send(broker, METADATA, encoded);
  const found = new Map(topicsIn(answer).map((one) => [one.name, one]));
  return (topic, operation) => {
    const one = found.get(topic);
    if (one === undefined || one.error === TOPIC_AUTHORIZATION_FAILED) return false;
    return one.error === UNKNOWN_TOPIC || ((one.operations >> bits[operation]) & 1) === 1;
  };
}

async function mayLookUp(
  broker: Broker,
  kind: 'group' | 'transactional-id',
  name: string,
): Promise<boolean> {
  const encoded = Buffer.concat([text(name), Buffer.from([keyTypes[kind]])]);
  const answer = await send(broker, FIND_COORDINATOR, encoded);
  // After the time that the client is asked to wait.
  return answer.readInt16BE(4) !== refused[kind];
}

interface Request {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
}

/** What kafkajs' types leave out of its connection to a broker. */
interface Sending {
  readonly connectionPool: {
    send(question: {
      readonly request: Request & { encode(): Promise<{ buf: Buffer; buffer: Buffer }> };
      readonly response: {
        decode(raw: Buffer): Promise<{ readonly raw: Buffer }>;
        parse(decoded: { readonly raw: Buffer }): Promise<{ readonly raw: Buffer }>;
      };
    }): Promise<{ readonly raw: Buffer }>;
  };
}

const canSend = (broker: object): broker is Sending => 'connectionPool' in broker;

async function send(broker: Broker, request: Request, encoded: Buffer): Promise<Buffer> {
  if (!canSend(broker)) throw new TypeError('kafkajs has no connection to send with');
  await broker.connect();
  const { raw } = await broker.connectionPool.send({
    request: { ...request, encode: async () => ({ buf: encoded, buffer: encoded }) },
    response: { decode: async (answer) => ({ raw: answer }), parse: async (answer) => answer },
  });
  return raw;
}

interface TopicSeen {
  readonly name: string;
  readonly error: number;
  readonly operations: number;
}

/** Reads the topics of a Metadata 8 response; what stands before and in between is passed over. */
function topicsIn(answer: Buffer): TopicSeen[] {
  let at = 0;
  const skip = (bytes: number): void => {
    at += bytes;
  };
  const short = (): number => {
    skip(2);
    return answer.readInt16BE(at - 2);
  };
  const int = (): number => {
    skip(4);
    return answer.readInt32BE(at - 4);
  };
  const string = (): string => {
    const length = Math.max(0, short());
    skip(length);
    return answer.toString('utf8', at - length, at);
  };
  const each = <One>(read: () => One): One[] => Array.from({ length: int() }, read);
  const throttle = 4;
  skip(throttle);
  each(() => [int(), string(), int(), string()]);
  const clusterIdAndController = (): void => {
    string();
    int();
  };
  clusterIdAndController();
  return each(() => {
    const error = short();
    const name = string();
    const isInternal = 1;
    skip(isInternal);
    each(() => {
      const errorIndexLeaderEpoch = 2 + 4 + 4 + 4;
      skip(errorIndexLeaderEpoch);
      for (let lists = 0; lists < 3; lists += 1) each(int);
    });
    return { name, error, operations: int() };
  });
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
