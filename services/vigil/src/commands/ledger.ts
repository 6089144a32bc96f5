import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ChainRecord } from '@vigil/domain/ledger/chain-stretches';
import type { Instant } from '@vigil/domain/time/instant';
import {
  type Checkpoint,
  checkpointOf,
  openCheckpoint,
  signCheckpoint,
} from '@vigil/replay/chain/checkpoint';
import { ledgerLine, readLedgerFile, type UnreadableLine } from '@vigil/replay/chain/ledger-file';
import { verdictLines, verifyLedger } from '@vigil/replay/chain/verify-ledger';
import type { Command } from 'commander';
import { openLinesFile } from '../lines-file.ts';
import { openProgress } from '../progress.ts';

/** `vigil ledger export|checkpoint|verify`: what was said, and the proof that it was left as it was. */
export function register(program: Command): void {
  const ledger = program
    .command('ledger')
    .description('what was published: exporting it, and proving that nobody changed it since');
  ledger
    .command('export')
    .description('writes the ledger as NDJSON, with what its hash chain is checked by')
    .requiredOption('--out <file>', '.ndjson, .ndjson.gz or .ndjson.zst; - is standard output')
    .action(exportLedger);
  ledger
    .command('checkpoint')
    .description('checks the chain and signs where it ends; exit status 1 when it is broken')
    .argument('[export]', 'a file that "ledger export" wrote (default: the topic)')
    .requiredOption('--key <file>', 'the private Ed25519 key, in PEM')
    .requiredOption('--out <file>', 'where to write the checkpoint; - is standard output')
    .option(
      '--extends <checkpoint>',
      'an earlier checkpoint by the same key, which must still hold',
    )
    .action(async (file: string | undefined, options: CheckpointOptions) => {
      process.exitCode = await checkpoint(file, options);
    });
  ledger
    .command('verify')
    .description('finds records removed, altered, inserted or moved; exit status 1 when there are')
    .argument(
      '[export]',
      'a file that "ledger export" wrote; - is standard input (default: the topic)',
    )
    .option('--checkpoint <file>', 'a checkpoint that the ledger must extend')
    .option('--public-key <file>', 'the public key that it was signed with, in PEM')
    .action(async (file: string | undefined, options: VerifyOptions, command: Command) => {
      process.exitCode = await verify(file, options, command);
    });
}

async function exportLedger({ out: path }: { readonly out: string }): Promise<void> {
  await using out = await openLinesFile(path);
  let records = 0;
  await withLedger(undefined, async (ledger) => {
    for await (const record of ledger) {
      if ('kind' in record) continue;
      records += 1;
      const full = out.write(ledgerLine(record));
      if (full !== undefined) await full;
    }
  });
  await out.complete();
  process.stderr.write(`${records} records\n`);
}

interface CheckpointOptions {
  readonly key: string;
  readonly out: string;
  readonly extends?: string;
}

async function checkpoint(file: string | undefined, options: CheckpointOptions): Promise<number> {
  const key = await readFile(options.key);
  const earlier =
    options.extends === undefined
      ? undefined
      : openCheckpoint(await readFile(options.extends, 'utf8'), key);
  await using out = await openLinesFile(options.out);
  // Before the reading: what is signed was there then, and perhaps a little more.
  const takenAt = Date.now() as Instant;
  const [verdict, ledger] = await withLedger(file, async (records, name) => [
    await verifyLedger(records, earlier),
    name,
  ]);
  for (const line of verdictLines(verdict)) process.stderr.write(`${line}\n`);
  if (verdict.outcome === 'broken') return 1;
  const signed = signCheckpoint(checkpointOf(ledger, takenAt, verdict.partitions), key);
  await out.write(signed.trimEnd());
  await out.complete();
  return 0;
}

interface VerifyOptions {
  readonly checkpoint?: string;
  readonly publicKey?: string;
}

async function verify(
  file: string | undefined,
  options: VerifyOptions,
  command: Command,
): Promise<number> {
  if ((options.checkpoint === undefined) !== (options.publicKey === undefined)) {
    command.error('error: --checkpoint and --public-key go together');
  }
  const earlier = await readCheckpoint(options);
  const verdict = await withLedger(file, (ledger) => verifyLedger(ledger, earlier));
  for (const line of verdictLines(verdict)) process.stdout.write(`${line}\n`);
  return verdict.outcome === 'whole' ? 0 : 1;
}

async function readCheckpoint({
  checkpoint: file,
  publicKey,
}: VerifyOptions): Promise<Checkpoint | undefined> {
  if (file === undefined || publicKey === undefined) return undefined;
  return openCheckpoint(await readFile(file, 'utf8'), await readFile(publicKey));
}

type Work<Result> = (
  ledger: AsyncIterable<ChainRecord | UnreadableLine>,
  name: string,
) => Promise<Result>;

/** Does something with the ledger in a file, or where none is named, on the topic. */
async function withLedger<Result>(file: string | undefined, work: Work<Result>): Promise<Result> {
  const progress = await openProgress();
  const onProgress = (done: number, all: number): void => progress.show('reading', done, all);
  try {
    if (file !== undefined) return await work(readLedgerFile(file, onProgress), basename(file));
    // A file is checked without loading a Kafka client.
    const { openLedgerTopic } = await import('../ledger-topic.ts');
    const topic = await openLedgerTopic();
    try {
      return await work(topic.read(onProgress), topic.name);
    } finally {
      await topic.close();
    }
  } finally {
    progress.stop();
  }
}
