import { openReader } from '@vigil/deployment/open-reader';
import type { Policy } from '@vigil/domain/policy/policy';
import type { RangeStatement } from '@vigil/replay/completeness';
import type { RangeRead, Reading } from '@vigil/replay/kafka/read-between';
import type { RejectedRecord } from '@vigil/replay/kafka/read-topics';
import { rejectedRecordLine } from '@vigil/replay/kafka/rejected-record-line';
import { topicSource } from '@vigil/replay/kafka/topic-source';
import type { OpenSource } from '@vigil/replay/replay';
import type { LogConfiguration } from '@vigil/service-kit/configuration';
import { createLogger } from '@vigil/service-kit/logging';

interface TopicFactsOptions extends Reading {
  readonly policy: Policy;
  /** Takes the instant at which the log received a fact as the one at which it was recorded. */
  readonly stampedByLog: boolean;
  readonly onReject: (record: RejectedRecord) => void;
}

/** The facts on a deployment's topics, for a replay; the topics are left as they are. */
export interface TopicFacts extends AsyncDisposable {
  readonly open: OpenSource;
  /** What was read, partition by partition; complete when the reading is. */
  ranges(): readonly RangeStatement[];
  /** What the log did not keep, in words: who reads the result must know that facts are missing. */
  missing(): readonly string[];
}

/** Opens the topics of a deployment; the brokers are asked when the replay begins. */
export async function openTopicFacts(
  configuration: LogConfiguration,
  { policy, onReject, ...reading }: TopicFactsOptions,
): Promise<TopicFacts> {
  const logger = createLogger({ service: 'replay', level: configuration.logLevel });
  const { reader, decoder } = await openReader(configuration, policy, logger);
  const ranges: RangeRead[] = [];
  return {
    open: (reject) =>
      topicSource(reader, decoder, {
        ...reading,
        onRange: (range) => ranges.push(range),
        async onReject(record) {
          onReject(record);
          await reject(rejectedRecordLine(record));
        },
      }),
    ranges: () =>
      ranges.map(({ topic, partition, from, to, records }) => ({
        ...{ topic, partition, records },
        ...{ from: String(from), to: String(to) },
      })),
    missing: () => missingOf(ranges),
    [Symbol.asyncDispose]: () => reader.close(),
  };
}

function missingOf(ranges: readonly RangeRead[]): readonly string[] {
  const cut = ranges.filter(({ kept, from }) => kept > 0n && from === kept);
  const names = [...new Set(cut.map(({ topic }) => topic))].join(', ');
  const gone = ranges.reduce((sum, range) => sum + range.gone, 0n);
  return [
    ...(cut.length === 0
      ? []
      : [`${names}: the log no longer keeps the beginning; facts may be missing`]),
    ...(gone === 0n ? [] : [`${gone} offsets were deleted before they could be read`]),
  ];
}
