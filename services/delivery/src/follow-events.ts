import { UnreadableLedger } from '@vigil/contracts/ledger-codec';
import type { LedgerRecord } from '@vigil/domain/ledger/alert';
import type { Instant } from '@vigil/domain/time/instant';
import type { EventLog, LogRecord, OutgoingRecord, Running } from '@vigil/event-log/port';
import { type Carried, carriedBy, type Span, type Tracer } from '@vigil/service-kit/tracing';
import type { Route } from './deliveries.ts';
import type { HttpRequest } from './http-request.ts';
import { type Message, messagesOf } from './message.ts';
import { DeliveryRefused } from './send.ts';
import type { Trail } from './trail.ts';

/** What it takes to tell one receiver of every record. */
export interface Events {
  readonly log: Pick<EventLog, 'subscribe' | 'append' | 'offsets'>;
  readonly codec: EventCodec;
  /** The offsets that a group has dealt with, by partition; none for one that is new. */
  readonly committed: (group: string, topic: string) => Promise<ReadonlyMap<number, bigint>>;
  readonly group: string;
  readonly routes: readonly Route[];
  readonly summaryOver: number;
  readonly clock: () => Instant;
  /** None: the message says nothing to this receiver. */
  readonly requestOf: (message: Message) => HttpRequest | undefined;
  readonly send: (request: HttpRequest) => Promise<void>;
  readonly trail: Trail;
  /** Whether a record is meant for this receiver. */
  readonly isMeantFor: (routes: readonly Route[], record: LedgerRecord) => boolean;
  /** `undefined`: nothing is traced; what came with a record is carried on all the same. */
  readonly tracer: Tracer | undefined;
}

export interface EventCodec {
  decodeLedger(record: LogRecord): Promise<LedgerRecord>;
  encodeDeadLetter(
    record: LogRecord,
    why: { readonly reason: string; readonly detail: string; readonly at: Instant },
  ): OutgoingRecord;
  readonly topics: { readonly alerts: string; readonly deadLetters: string };
}

/** Records that are told together: enough for a storm to be one summary. */
const maxBatchRecords = 500;
/** Where a new receiver begins: with one batch of each partition, not with years. */
const recordsBack = BigInt(maxBatchRecords);

/**
 * Tells a receiver of every record of the alert topic that is meant for it, in order, from where its own
 * group stood: a record counts as dealt with when the receiver has answered or refused for good. What
 * was told since the group last noted its place is told again after a crash, under the same key.
 */
export async function followEvents(events: Events): Promise<Running> {
  const { log, codec, group, committed } = events;
  return log.subscribe({
    ...{ group, maxBatchRecords, topics: [codec.topics.alerts] },
    handlers: {
      async assigned(topic, partition) {
        const known = (await committed(group, topic)).get(partition);
        if (known !== undefined) return known;
        const { first = 0n, end = 0n } = (await log.offsets(topic)).get(partition) ?? {};
        return end - recordsBack > first ? end - recordsBack : first;
      },
      revoked() {},
      async batch({ records }) {
        await tell(records, events);
      },
      async caughtUp() {},
    },
  });
}

async function tell(records: readonly LogRecord[], events: Events): Promise<void> {
  const { codec, routes, isMeantFor, clock, summaryOver, requestOf, send, trail } = events;
  const meant: LedgerRecord[] = [];
  const origin = new Map<LedgerRecord, LogRecord>();
  for (const record of records) {
    const read = await codec.decodeLedger(record).catch((error: unknown) => {
      // The detector puts such a record aside and says so; nobody can be told what it says.
      if (error instanceof UnreadableLedger) return undefined;
      throw error;
    });
    if (read === undefined || !isMeantFor(routes, read)) continue;
    meant.push(read);
    origin.set(read, record);
  }
  const [first] = meant;
  const start = first === undefined ? undefined : origin.get(first);
  if (start === undefined) return;
  const place = `${start.topic}.${start.partition}.${start.offset}`;
  for (const message of messagesOf(meant, place, clock(), summaryOver)) {
    const request = requestOf(message);
    if (request === undefined) continue;
    const { content } = message;
    const from = tracesOf(content.kind === 'summary' ? meant : [content], origin);
    const span = beginDelivery(content, from, events);
    const carried = span?.trace ?? from.at(-1);
    try {
      await send({ ...request, headers: { ...request.headers, ...carried } });
      span?.end();
      trail.delivered(message.key, clock() - message.at);
    } catch (error) {
      span?.end(error instanceof Error ? error.name : 'failed');
      if (!(error instanceof DeliveryRefused)) throw error;
      const refused = content.kind === 'summary' ? start : (origin.get(content) ?? start);
      const why = { reason: 'delivery-refused', detail: `${trail.receiver}: ${error.message}` };
      await events.log.append(codec.topics.deadLetters, [
        codec.encodeDeadLetter(refused, { ...why, at: clock() }),
      ]);
      trail.refused(message.key, error.status);
    }
  }
}

/** What records brought of traces, in their order. */
function tracesOf(
  records: readonly LedgerRecord[],
  origin: ReadonlyMap<LedgerRecord, LogRecord>,
): readonly Carried[] {
  return records
    .map((record) => carriedBy(origin.get(record)?.headers ?? {}))
    .filter(({ traceparent }) => traceparent !== undefined);
}

/** Only what is traced already is traced on: a delivery begins no trace. */
function beginDelivery(
  content: Message['content'],
  from: readonly Carried[],
  { tracer, trail }: Events,
): Span | undefined {
  if (from.length === 0) return undefined;
  return tracer?.begin({
    operation: 'deliver',
    from,
    attributes: {
      receiver: trail.receiver,
      incidentId: 'incidentId' in content ? content.incidentId : undefined,
      alertId: 'alertId' in content ? content.alertId : undefined,
    },
  });
}
