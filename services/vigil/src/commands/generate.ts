import { formatCloudEvent } from '@vigil/domain/facts/cloud-event';
import { type Duration, parseDuration } from '@vigil/domain/time/duration';
import type { Instant } from '@vigil/domain/time/instant';
import { generateFacts, maxDays, maxIncidents } from '@vigil/generator/generate';
import { type DeliveredAny, withHeartbeats } from '@vigil/generator/heartbeats';
import { type Command, InvalidArgumentError } from 'commander';
import { instantArgument, wholeArgument } from '../arguments.ts';
import { openLinesFile } from '../lines-file.ts';
import { openProgress } from '../progress.ts';

interface Options {
  readonly incidents: number;
  readonly seed: number;
  readonly from: Instant;
  readonly days: number;
  readonly out: string;
  readonly heartbeats?: Duration;
}

/** `vigil generate`: a synthetic history with realistic disorder; same seed, same bytes. */
export function register(program: Command): void {
  program
    .command('generate')
    .description(
      'writes a synthetic history with realistic disorder; the same seed, the same bytes',
    )
    .requiredOption(
      '--incidents <number>',
      'incidents created in the days',
      wholeArgument(0, maxIncidents),
    )
    .requiredOption('--from <instant>', 'when the history begins (RFC 3339)', instantArgument)
    .option('--seed <number>', 'what chance is drawn from', wholeArgument(0, 2 ** 32 - 1), 1)
    .option(
      '--days <number>',
      'how long the history is, in days of 24 hours',
      wholeArgument(1, maxDays),
      7,
    )
    .option('--heartbeats <duration>', 'with heartbeats of every source, such as PT30S', interval)
    .requiredOption('--out <file>', '.ndjson, .ndjson.gz or .ndjson.zst; - is standard output')
    .action(generate);
}

function interval(text: string): Duration {
  const duration = parseDuration(text);
  if (duration !== undefined && duration >= 1_000) return duration;
  throw new InvalidArgumentError('It must be an ISO 8601 duration of a second or more.');
}

const dayMs = 24 * 3_600_000;
/** Lines between two looks at the progress bar. */
const linesAStep = 10_000;

async function generate(options: Options): Promise<void> {
  const { from, days, heartbeats } = options;
  const history: Iterable<DeliveredAny> = generateFacts(options);
  const all = heartbeats === undefined ? history : withHeartbeats(history, from, days, heartbeats);
  await using out = await openLinesFile(options.out);
  const progress = await openProgress();
  let lines = 0;
  try {
    for (const { fact, deliveredAt } of all) {
      const full = out.write(JSON.stringify(formatCloudEvent(fact)));
      if (full !== undefined) await full;
      if (++lines % linesAStep === 0) progress.show('generating', deliveredAt - from, days * dayMs);
    }
    await out.complete();
  } finally {
    progress.stop();
  }
  process.stderr.write(`${lines} facts of ${options.incidents} incidents, seed ${options.seed}\n`);
}
