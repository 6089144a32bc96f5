import { openCodec } from '@vigil/contracts/codec';
import { embeddedSchemas } from '@vigil/contracts/schema-source';
import { topicNames } from '@vigil/contracts/topics';
import type { SourceId } from '@vigil/domain/facts/fact';
import type { AlertId, LedgerRecord } from '@vigil/domain/ledger/alert';
import { chainHeader, formatLink, linkOf, origin } from '@vigil/domain/ledger/chain';
import { chainVerifier, type PartitionVerdict } from '@vigil/domain/ledger/verify-chain';
import { parsePolicy } from '@vigil/domain/policy/parse';
import type { Instant } from '@vigil/domain/time/instant';
import { chainHead } from '@vigil/engine/chain-head';
import { outboxEntry } from '@vigil/engine/outbox';
import type { Engine } from '@vigil/engine/ports';
import { prepareShard } from '@vigil/engine/prepare';
import { publishOutbox } from '@vigil/engine/publish';
import type { PartitionLedger } from '@vigil/engine/remember';
import { machineTimer } from '@vigil/engine/timer';
import { createInProcessLog } from '@vigil/event-log/in-process/log';
import { type Publisher, PublishUnknown } from '@vigil/event-log/port';
import { createMemoryWorkingSet } from '@vigil/working-set/memory/working-set';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ledgerRecords } from '../../packages/contracts/testing/records-arbitrary.ts';
import { chainRecord } from '../../services/replay/src/chain/read-chain.ts';

const partition = 1;
const shard = { deployment: 'test', partition };
const topics = topicNames();
const policy = parsePolicy(
  'targets: [{name: t, milestone: attended, grades: [priority], within: PT1H}]',
  'policy',
);
const codec = await openCodec(embeddedSchemas(), topics, policy);

/** What becomes of a transaction; whenever it fails another owner takes over. */
const fates = ['published', 'aborted', 'answer-lost'] as const;
type Fate = (typeof fates)[number];

/** A partition of the alert topic, and its owners one after the other. */
function openPartition() {
  const names = [...Object.values(topics.input), topics.alerts, topics.openBreaches];
  const log = createInProcessLog({
    topics: Object.fromEntries(names.map((name) => [name, { partitions: 2 }])),
  });
  const engine: Engine = {
    ...{ log, workingSet: createMemoryWorkingSet(), codec, policy, tickMs: 1 },
    ...{ clock: () => 0 as Instant, timer: machineTimer, deployment: 'test', observe: () => {} },
  };
  let owner: { readonly publisher: Publisher; readonly ledger: PartitionLedger } | undefined;
  return {
    log,
    engine,
    /** Puts records into the outbox and publishes it, with as many owners as that takes. */
    async say(records: readonly LedgerRecord[], fated: readonly Fate[]): Promise<void> {
      const outbox = records.map((record) => outboxEntry([{ to: 'ledger', record }]));
      await engine.workingSet.commit(shard, { outbox });
      for (const fate of [...fated, 'published' as const]) {
        const publisher =
          owner?.publisher ?? (await log.openPublisher({ topic: topics.alerts, partition }));
        owner ??= { publisher, ledger: await prepareShard(engine, shard) };
        try {
          await publishOutbox(engine, shard, meeting(fate, publisher), owner.ledger);
        } catch (error) {
          if (!(error instanceof PublishUnknown)) throw error;
          owner = undefined;
        }
      }
    },
    /** What whoever reads the partition finds. */
    async verdict(): Promise<PartitionVerdict | undefined> {
      const verifier = chainVerifier();
      for await (const records of log.readToEnd(topics.alerts, partition, 0n)) {
        for (const record of records) verifier.take(await chainRecord(codec, record));
      }
      return verifier.verdicts()[0];
    },
  };
}

function meeting(fate: Fate, publisher: Publisher): Publisher {
  return {
    ...publisher,
    async publish(records) {
      if (fate === 'aborted') throw new PublishUnknown('nothing was published');
      const end = await publisher.publish(records);
      if (fate === 'answer-lost') throw new PublishUnknown('it was published');
      return end;
    },
  };
}

/** A record about something of its own: what was said already is not said again. */
function numbered(record: LedgerRecord, number: number): LedgerRecord {
  const alertId = `${number}` as AlertId;
  switch (record.kind) {
    case 'feed-alert':
      return { ...record, alertId, source: `urn:${number}` as SourceId };
    case 'objective-alert':
      return { ...record, alertId, objective: `${number}` };
    default:
      return { ...record, alertId };
  }
}

describe('the chain of a partition of the ledger', () => {
  it('is one and whole, however records are batched, aborted and published by new owners', async () => {
    const batches = fc.array(
      fc.tuple(
        fc.array(ledgerRecords, { minLength: 1, maxLength: 5 }),
        fc.array(fc.constantFrom(...fates), { maxLength: 3 }),
      ),
      { minLength: 1, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(batches, async (said) => {
        const { say, verdict } = openPartition();
        let count = 0;
        for (const [records, fated] of said) {
          await say(
            records.map((one) => numbered(one, count++)),
            fated,
          );
        }
        const found = await verdict();
        expect(found).toMatchObject({ partition, unlinkedBefore: 0, findings: [] });
        expect(found?.head?.sequence).toBe(found?.records);
        expect(found?.records).toBe(count);
      }),
      { numRuns: 200 },
    );
  });

  it('is the same whether records are published together or one by one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ledgerRecords, { minLength: 1, maxLength: 8 }), async (any) => {
        const records = any.map(numbered);
        const [together, alone] = [openPartition(), openPartition()];
        await together.say(records, []);
        for (const record of records) await alone.say([record], []);
        expect(await alone.verdict()).toEqual(await together.verdict());
      }),
      { numRuns: 100 },
    );
  });

  it('goes on behind the last record with a link, however many without one follow it', async () => {
    const { log, engine } = openPartition();
    const append = (count: number, headers?: Record<string, string>) =>
      log.append(
        topics.alerts,
        Array.from({ length: count }, () => ({
          ...{ key: 'k', value: Buffer.from('x'), partition },
          ...(headers === undefined ? {} : { headers }),
        })),
      );
    expect(await chainHead(engine, partition)).toEqual(origin);
    await append(500);
    expect(await chainHead(engine, partition)).toEqual(origin);
    const link = linkOf(origin, { partition, key: 'k', record: {} });
    await append(1, { [chainHeader]: formatLink(link) });
    await append(700);
    await append(3, { [chainHeader]: 'no link' });
    expect(await chainHead(engine, partition)).toEqual(link);
  });
});
