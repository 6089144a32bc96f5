import {
  type Fact,
  type FeedHeartbeat,
  type IncidentId,
  type InputTopic,
  inputTopics,
} from '@vigil/domain/facts/fact';
import type { Action } from '@vigil/domain/ledger/action';
import type { LedgerRecord, OpenBreach } from '@vigil/domain/ledger/alert';
import type { Policy } from '@vigil/domain/policy/policy';
import { decodeAction, encodeAction } from './actions-codec.ts';
import { type DeadLetter, decodeDeadLetter, encodeDeadLetter, type Reason } from './dead-letter.ts';
import { type DecodedFact, decodeFact, encodeFact } from './facts-codec.ts';
import {
  decodeLedger,
  decodeLedgerContent,
  decodeOpenBreach,
  encodeLedger,
  encodeOpenBreach,
  type LedgerContent,
  type NewLedgerRecord,
} from './ledger-codec.ts';
import type { NewRecord, StoredRecord } from './log-record.ts';
import { recordNames } from './records.ts';
import type { SchemaSource } from './schema-source.ts';
import type { TopicNames } from './topics.ts';
import { openWire, type Wire } from './wire.ts';

/** Everything that is read from the log, as meaning. */
export interface Decoder {
  decode(record: StoredRecord): Promise<DecodedFact>;
  decodeLedger(record: StoredRecord): Promise<LedgerRecord>;
  decodeLedgerContent(record: StoredRecord): Promise<LedgerContent>;
  decodeOpenBreach(record: StoredRecord): Promise<OpenBreach | undefined>;
  decodeDeadLetter(record: StoredRecord): Promise<DeadLetter>;
  /** None when the record is no action: anybody allowed may write there. */
  decodeAction(record: StoredRecord): Promise<Action | undefined>;
  readonly topics: TopicNames;
}

/** Everything that is written to and read from the log, as meaning. */
export interface Codec extends Decoder {
  encodeFact(fact: Fact | FeedHeartbeat): NewRecord;
  encodeLedger(record: LedgerRecord): NewLedgerRecord;
  encodeOpenBreach(incidentId: IncidentId, target: string, breach: OpenBreach | null): NewRecord;
  encodeDeadLetter(record: StoredRecord, why: Reason): NewRecord;
  encodeAction(action: Action): NewRecord;
}

/** Opens the codec: learns the id of every schema, once. @throws as the schema source. */
export async function openCodec(
  source: SchemaSource,
  topics: TopicNames,
  policy: Pick<Policy, 'maxAhead'>,
): Promise<Codec> {
  const wire = await openWire(source, recordNames);
  return {
    ...decoderOver(wire, topics, policy),
    encodeFact: (fact) => encodeFact(wire, fact),
    encodeLedger: (record) => encodeLedger(wire, record),
    encodeOpenBreach: (incidentId, target, breach) =>
      encodeOpenBreach(wire, incidentId, target, breach),
    encodeAction: (action) => encodeAction(wire, action),
    encodeDeadLetter: (record, why) => encodeDeadLetter(wire, record, why),
  };
}

/** Opens what only reads: the registry need know no schema but those of the records that are met. */
export async function openDecoder(
  source: SchemaSource,
  topics: TopicNames,
  policy: Pick<Policy, 'maxAhead'>,
): Promise<Decoder> {
  return decoderOver(await openWire(source, []), topics, policy);
}

function decoderOver(
  wire: Wire,
  topics: TopicNames,
  { maxAhead }: Pick<Policy, 'maxAhead'>,
): Decoder {
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
    decodeLedger: (record) => decodeLedger(wire, record),
    decodeLedgerContent: (record) => decodeLedgerContent(wire, record),
    decodeOpenBreach: (record) => decodeOpenBreach(wire, record),
    decodeAction: (record) => decodeAction(wire, record),
    decodeDeadLetter: (record) => decodeDeadLetter(wire, record),
  };
}
