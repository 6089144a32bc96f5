import { openReader } from '@vigil/deployment/open-reader';
import type { Duration } from '@vigil/domain/time/duration';
import { type ReadSaid, readSaid } from '@vigil/replay/audit/said';
import { readLedger } from '@vigil/replay/kafka/read-ledger';
import { loadLogConfiguration } from '@vigil/service-kit/configuration';
import { createLogger } from '@vigil/service-kit/logging';

/** What was said on the alert topic of the deployment that the environment names. */
export async function openSaidTopic(): Promise<
  AsyncDisposable & { readonly records: AsyncIterable<ReadSaid> }
> {
  const configuration = loadLogConfiguration(process.env);
  const logger = createLogger({ service: 'audit', level: configuration.logLevel });
  // No fact is read, so none can be too far ahead.
  const { reader, decoder } = await openReader(configuration, { maxAhead: 0 as Duration }, logger);
  async function* records(): AsyncGenerator<ReadSaid> {
    for await (const { topic, partition, offset, content } of readLedger(reader, decoder)) {
      const place = `${topic}-${partition} at ${offset}`;
      if (content.kind === 'record') yield readSaid(content.record, place);
      else yield { kind: 'unreadable', place, problem: 'cannot be read as a record of the ledger' };
    }
  }
  return { records: records(), [Symbol.asyncDispose]: () => reader.close() };
}
