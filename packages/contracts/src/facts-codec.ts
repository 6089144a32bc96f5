import { isUtf8 } from 'node:buffer';
import { checkFact, dataNames } from '@vigil/domain/facts/check-fact';
import {
  type Fact,
  type FeedHeartbeat,
  type InputTopic,
  instantField,
  topicOf,
} from '@vigil/domain/facts/fact';
import type { Duration } from '@vigil/domain/time/duration';
import { formatInstant } from '@vigil/domain/time/instant';
import type { NewRecord, StoredRecord } from './log-record.ts';
import type { UnreadableReason, Wire } from './wire.ts';

/** A record larger than this is put aside unread, in bytes: a fact is a few hundred. */
export const maxFactBytes = 65_536;

/** What a record on an input topic says, or why it cannot be taken in. */
export type DecodedFact =
  | { readonly kind: 'fact'; readonly fact: Fact }
  | { readonly kind: 'heartbeat'; readonly heartbeat: FeedHeartbeat }
  | RejectedFact;

export interface RejectedFact {
  readonly kind: 'rejected';
  readonly reason: UnreadableReason | RejectReason;
  /** The field and the problem; nothing of the value. */
  readonly detail: string;
}

export type RejectReason =
  | 'empty'
  | 'too-large'
  | 'not-a-cloud-event'
  | 'wrong-topic'
  | 'wrong-key'
  | 'invalid-fact'
  | 'ahead-of-its-record';

/**
 * The CloudEvents Kafka binding in binary mode: attributes in `ce_` headers, the Avro record in the
 * value (CloudEvents 1.0, Kafka Protocol Binding 1.0, section 3.2).
 */
export function encodeFact(wire: Wire, fact: Fact | FeedHeartbeat): NewRecord {
  const key = fact.type === 'feed-heartbeat' ? fact.source : fact.incidentId;
  const fields = fact as Fact & Readonly<Record<string, unknown>>;
  const data: Record<string, unknown> = { [instantField[fact.type]]: fact.at };
  if (fact.type === 'feed-heartbeat') data['source'] = fact.source;
  else for (const name of dataNames(fact.type)) data[name] = fields[name];
  return {
    key,
    value: wire.encode(fact.type, data),
    headers: {
      ce_specversion: '1.0',
      ce_id: fact.id,
      ce_source: fact.source,
      ce_type: fact.type,
      ...(fact.type === 'feed-heartbeat' ? {} : { ce_subject: fact.incidentId }),
      ...(fact.time === undefined ? {} : { ce_time: formatInstant(fact.time) }),
      'content-type': 'application/avro',
    },
  };
}

/**
 * Reads a record of an input topic.
 *
 * @param topic - which of the input topics it stands on.
 * @param maxAhead - how far a fact may be dated after its record (semantics 6).
 * @throws SchemaUnavailable when the registry cannot be asked; whatever the bytes are, they do not throw.
 */
export async function decodeFact(
  wire: Wire,
  record: StoredRecord,
  topic: InputTopic,
  maxAhead: Duration,
): Promise<DecodedFact> {
  if (record.value === null) return rejected('empty', 'has no value');
  if (record.value.length > maxFactBytes) {
    return rejected('too-large', `has ${record.value.length} bytes; at most ${maxFactBytes}`);
  }
  const attribute = (name: string): string | undefined => record.headers[`ce_${name}`]?.toString();
  const garbled = attributes.find((name) => !isUtf8(record.headers[`ce_${name}`] ?? nothing));
  if (garbled !== undefined) return rejected('not-utf8', `ce_${garbled} is not UTF-8`);
  if (attribute('specversion') !== '1.0') {
    return rejected('not-a-cloud-event', 'ce_specversion must be 1.0');
  }
  const reading = wire.decode(record.value);
  const decoded = reading instanceof Promise ? await reading : reading;
  if (!decoded.ok) return rejected(decoded.reason, decoded.detail);
  const type = attribute('type');
  if (decoded.name !== type) {
    return rejected('wrong-record', `the value is a ${decoded.name}, ce_type says otherwise`);
  }
  const checked = checkFact(
    {
      type,
      id: attribute('id'),
      source: attribute('source'),
      subject: attribute('subject'),
      time: attribute('time'),
      data: decoded.value,
    },
    'millis',
  );
  if (checked.kind === 'rejected') {
    const problems = checked.problems.map(({ path, message }) => `${path} ${message}`);
    return rejected('invalid-fact', problems.join('; '));
  }
  const { at } = checked.kind === 'fact' ? checked.fact : checked.heartbeat;
  if (at > record.timestamp + maxAhead) {
    const ahead = Math.round((at - record.timestamp) / 1_000);
    return rejected('ahead-of-its-record', `is dated ${ahead} s after the record that carries it`);
  }
  if (checked.kind === 'heartbeat') return checked;
  const { fact } = checked;
  if (topicOf[fact.type] !== topic) {
    return rejected('wrong-topic', `${fact.type} belongs on ${topicOf[fact.type]}`);
  }
  if (record.key?.equals(Buffer.from(fact.incidentId)) !== true) {
    return rejected('wrong-key', 'the key must be the incident id');
  }
  return checked;
}

/** The attributes that are read. */
const attributes = ['specversion', 'type', 'id', 'source', 'subject', 'time'] as const;
const nothing = Buffer.alloc(0);

function rejected(reason: RejectedFact['reason'], detail: string): RejectedFact {
  return { kind: 'rejected', reason, detail };
}
