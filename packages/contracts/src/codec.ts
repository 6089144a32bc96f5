import {
  type Fact,
  type FeedHeartbeat,
  type IncidentId,
  type InputTopic,
  inputTopics,
} from '@vigil/domain/facts/fact';
import type { LedgerRecord, OpenBreach } from '@vigil/domain/ledger/alert';
import type { Policy } from '@vigil/domain/policy/policy';
import { type DeadLetter, decodeDeadLetter, encodeDeadLetter, type Reason } from './dead-letter.ts';
import { type DecodedFact, decodeFact, encodeFact } from './facts-codec.ts';
import { decodeLedger, decodeOpenBreach, encodeLedger, encodeOpenBreach } from './ledger-codec.ts';
import type { NewRecord, StoredRecord } from './log-record.ts';
import { recordNames } from './records.ts';
import type { SchemaSource } from './schema-source.ts';
import type { TopicNames } from './topics.ts';
import { openWire } from './wire.ts';

/** Everything that is written to and read from the log, as meaning. */
export interface Codec {
  decode(record: StoredRecord): Promise<DecodedFact>;
  encodeFact(fact: Fact | FeedHeartbeat): NewRecord;
  encodeLedger(record: LedgerRecord): NewRecord;
  decodeLedger(record: StoredRecord): Promise<LedgerRecord>;
  encodeOpenBreach(incidentId: IncidentId, target: string, breach: OpenBreach | null): NewRecord;
  decodeOpenBreach(record: StoredRecord): Promise<OpenBreach | undefined>;
  encodeDeadLetter(record: StoredRecord, why: Reason): NewRecord;
  decodeDeadLetter(record: StoredRecord): Promise<DeadLetter>;
  readonly topics: TopicNames;
}

/** Opens the codec: learns the id of every schema, once. @throws as the schema source. */
export async function openCodec(
  source: SchemaSource,
  topics: TopicNames,
  { maxAhead }: Pick<Policy, 'maxAhead'>,
): Promise<Codec> {
  const wire = await openWire(source, recordNames);
  const inputOf = new Map<string, InputTopic>(
    inputTopics.map((name) => [topics.input[name], name]),
  );
  return {
    topics,
    decode: (record) => {
      const topic = inputOf.get(record.topic);
      if (topic === undefined) throw new Error(`${record.topic} is not an input topic`);
      return decodeFact(wire, record, topic, maxAhead);
    },
    encodeFact: (fact) => encodeFact(wire, fact),
    encodeLedger: (record) => encodeLedger(wire, record),
    decodeLedger: (record) => decodeLedger(wire, record),
    encodeOpenBreach: (incidentId, target, breach) =>
      encodeOpenBreach(wire, incidentId, target, breach),
    decodeOpenBreach: (record) => decodeOpenBreach(wire, record),
    encodeDeadLetter: (record, why) => encodeDeadLetter(wire, record, why),
    decodeDeadLetter: (record) => decodeDeadLetter(wire, record),
  };
}
