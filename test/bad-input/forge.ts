import { type RecordName, recordNames, recordSchemas } from '@vigil/contracts/records';
import type { SchemaSource } from '@vigil/contracts/schema-source';
import { openWire } from '@vigil/contracts/wire';
import { type FactType, type InputTopic, instantField, topicOf } from '@vigil/domain/facts/fact';
import type { OutgoingRecord } from '@vigil/event-log/port';
import { canary } from './canary.ts';

type Headers = Readonly<Record<string, string | Buffer>>;

/** What a forged fact has other than a good one; `null` takes an attribute away. */
interface Changes {
  readonly key?: string | Buffer | null;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly attributes?: Readonly<Record<string, string | Buffer | null>>;
  readonly headers?: Headers;
  /** Makes the value of the good one. */
  readonly value?: (good: Buffer) => Buffer | null;
}

/** Makes records as a producer would who checks nothing. */
export interface Forge {
  /** A good fact of a type, recorded by the canary's clerk, but for the changes. */
  fact(type: FactType | 'feed-heartbeat', changes?: Changes): OutgoingRecord;
  /** The wire format of any record of Vigil's. */
  value(name: RecordName, fields: object): Buffer;
  /** A body that says it was written with the schema of a record. */
  claiming(name: RecordName, body: Buffer): Buffer;
}

/** The incident that forged facts are about; nobody asks for it. */
export const forgedIncident = 'INC-FORGED';

/** The topic that a forged fact belongs on. */
export function topicFor(type: FactType | 'feed-heartbeat'): InputTopic {
  return type === 'feed-heartbeat' ? 'incident-created' : topicOf[type];
}

const more: Readonly<Record<FactType | 'feed-heartbeat', object>> = {
  'incident-created': { forceId: 'example', grade: 'priority', childMarkers: [canary] },
  'incident-updated': { grade: 'priority', childMarkers: [canary] },
  'incident-allocated': { unitId: 'EX21' },
  'caller-contacted': {},
  'incident-closed': { outcome: 'resolved' },
  'incident-reopened': {},
  'officer-attended': { unitId: 'EX21' },
  'child-seen': { unitId: 'EX21' },
  'attendance-aborted': { unitId: 'EX21' },
  'feed-heartbeat': { source: 'urn:police:example:cad' },
};

/** @param at - when forged facts happened, in milliseconds since the epoch. */
export async function openForge(source: SchemaSource, at: number): Promise<Forge> {
  const wire = await openWire(source, recordNames);
  const heads = new Map<RecordName, Buffer>();
  for (const [name, schema] of recordSchemas) {
    const head = Buffer.alloc(5);
    head.writeUInt32BE(await source.idOf(schema), 1);
    heads.set(name, head);
  }
  let made = 0;
  return {
    value: (name, fields) => wire.encode(name, fields),
    claiming: (name, body) => Buffer.concat([heads.get(name) ?? Buffer.alloc(0), body]),
    fact(type, changes = {}) {
      const about = type === 'feed-heartbeat' ? {} : { incidentId: forgedIncident };
      const data = { ...about, [instantField[type]]: at, ...more[type], ...changes.data };
      const good = wire.encode(type, data);
      const attributes = {
        specversion: '1.0',
        id: `forged-${++made}`,
        source: 'urn:police:example:cad',
        type,
        ...(type === 'feed-heartbeat' ? {} : { subject: forgedIncident }),
        ...changes.attributes,
      };
      const headers: Record<string, string | Buffer> = { clerk: canary, ...changes.headers };
      for (const [name, value] of Object.entries(attributes)) {
        if (value !== null) headers[`ce_${name}`] = value;
      }
      return {
        key: changes.key === undefined ? forgedIncident : changes.key,
        value: changes.value === undefined ? good : changes.value(good),
        headers,
      };
    },
  };
}
