import type { Codec } from '@vigil/contracts/codec';
import {
  type Fact,
  type FactId,
  type InputTopic,
  type SourceId,
  topicOf,
} from '@vigil/domain/facts/fact';
import type { Instant } from '@vigil/domain/time/instant';
import type { Message, TopicMessages } from 'kafkajs';

/** A fact as it goes to the log: encoded beforehand, so that a producer only sends. */
export interface Encoded {
  readonly topic: InputTopic;
  readonly message: Message & { readonly key: string; readonly value: Buffer | null };
}

/** @param stamp when the producer says that it reached the log; the broker says so itself if absent. */
export function encode(codec: Codec, fact: Fact, stamp?: Instant): Encoded {
  const { key, value, headers = {} } = codec.encodeFact(fact);
  const timestamp = stamp === undefined ? {} : { timestamp: String(stamp) };
  return {
    topic: topicOf[fact.type],
    message: { key, value, headers: { ...headers }, ...timestamp },
  };
}

/** A source has sent all that there was up to an instant. */
export function encodeHeartbeat(codec: Codec, at: Instant): ReturnType<Codec['encodeFact']> {
  const source = 'urn:police:example:cad' as SourceId;
  const id = `${source}:heartbeat:${at}` as FactId;
  return codec.encodeFact({ type: 'feed-heartbeat', id, source, at });
}

/** By topic of a deployment, the order within each kept. */
export function addressed(codec: Codec, some: readonly Encoded[]): TopicMessages[] {
  return [...Map.groupBy(some, ({ topic }) => topic)].map(([topic, ones]) => ({
    topic: codec.topics.input[topic],
    messages: ones.map(({ message }) => message),
  }));
}

/** Facts in one request: some hundred kilobytes, below what a broker takes at once. */
const perRequest = 2_000;

/** Sends facts in order, as fast as the broker takes them. */
export async function sendAll(
  { codec, send }: { codec: Codec; send(some: readonly TopicMessages[]): Promise<void> },
  all: readonly Encoded[],
): Promise<void> {
  for (let i = 0; i < all.length; i += perRequest) {
    await send(addressed(codec, all.slice(i, i + perRequest)));
  }
}
