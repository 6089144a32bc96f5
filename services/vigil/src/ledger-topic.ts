import { openReader } from '@vigil/deployment/open-reader';
import type { ChainRecord } from '@vigil/domain/ledger/chain-stretches';
import type { Duration } from '@vigil/domain/time/duration';
import { readChain } from '@vigil/replay/chain/read-chain';
import { loadLogConfiguration } from '@vigil/service-kit/configuration';
import { createLogger } from '@vigil/service-kit/logging';

/** The ledger of a deployment, for reading alone. */
export interface LedgerTopic {
  readonly name: string;
  read(onProgress: (done: number, all: number) => void): AsyncIterable<ChainRecord>;
  close(): Promise<void>;
}

/** Opens the alert topic that the environment names. @throws ConfigurationError when it names none. */
export async function openLedgerTopic(): Promise<LedgerTopic> {
  const configuration = loadLogConfiguration(process.env);
  const logger = createLogger({ service: 'ledger', level: configuration.logLevel });
  // No fact is read, so none can be too far ahead.
  const { reader, decoder } = await openReader(configuration, { maxAhead: 0 as Duration }, logger);
  return {
    name: decoder.topics.alerts,
    read: (onProgress) => readChain({ reader, decoder }, onProgress),
    close: () => reader.close(),
  };
}
