/** A deployment's topics as a source of facts for a replay. */
import { formatCloudEvent } from '@vigil/domain/facts/cloud-event';
import type { LogReader } from '@vigil/event-log/reader';
import type { HistorySource } from '../history/history.ts';
import { planReading, type Reading, readPlan } from './read-between.ts';
import {
  type FactDecoder,
  type ReadRecord,
  type RejectedRecord,
  readRecords,
  topicsOf,
} from './read-topics.ts';

interface TopicSourceOptions extends Reading {
  /** Takes the instant at which the log received a fact as the one at which it was recorded. */
  readonly stampedByLog?: boolean;
  /** Is given each record that is no fact as it is met, and is waited for. */
  readonly onReject: (record: RejectedRecord) => Promise<void>;
}

/** What a fact takes as a line, about; it only sets how work is divided. */
const bytesOfLine = 400;

/**
 * The facts and heartbeats of the input topics as lines. Where the topics end is asked for now: what
 * comes after is not read.
 *
 * @throws EventLogError when the brokers refuse, or stay away; SchemaUnavailable when the registry does.
 */
export async function topicSource(
  reader: LogReader,
  decoder: FactDecoder,
  { onReject, stampedByLog = false, since, until, ...watch }: TopicSourceOptions,
): Promise<HistorySource> {
  const plan = await planReading(reader, topicsOf(decoder), {
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  });
  return {
    expectedBytes: plan.offsets * bytesOfLine,
    async *blocks() {
      for await (const records of readPlan(reader, plan, watch)) {
        const lines: string[] = [];
        for (const record of await readRecords(decoder, records)) {
          if (record.kind === 'rejected') await onReject(record);
          else lines.push(lineOf(record, stampedByLog));
        }
        yield { file: records[0]?.topic ?? '', lines: Buffer.from(lines.join('\n')) };
      }
    },
  };
}

function lineOf(record: Exclude<ReadRecord, RejectedRecord>, stampedByLog: boolean): string {
  const fact = record.kind === 'fact' ? record.fact : record.heartbeat;
  const stamped = stampedByLog ? { ...fact, time: record.arrivedAt } : fact;
  return JSON.stringify(formatCloudEvent(stamped));
}
