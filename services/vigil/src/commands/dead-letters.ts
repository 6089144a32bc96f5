import { writeFile } from 'node:fs/promises';
import { topicNames } from '@vigil/contracts/topics';
import { openLog } from '@vigil/deployment/connect';
import { openReader } from '@vigil/deployment/open-reader';
import type { Duration } from '@vigil/domain/time/duration';
import { formatInstant, type Instant } from '@vigil/domain/time/instant';
import { loadLogConfiguration } from '@vigil/service-kit/configuration';
import { createLogger } from '@vigil/service-kit/logging';
import type { Command } from 'commander';
import { instantArgument } from '../arguments.ts';
import {
  againOf,
  type Letter,
  type LetterFilter,
  readLetters,
  retriedMark,
} from '../dead-letters/letters.ts';

interface FilterOptions extends Omit<LetterFilter, 'ids'> {
  readonly json?: true;
}

/** `vigil dead-letters list|show|retry`: what could not be read, why, and sending it again. */
export function register(program: Command): void {
  const letters = program
    .command('dead-letters')
    .description('records that could not be taken in, each kept whole with the reason');
  filtered(letters.command('list').description('lists them, the earliest first'))
    .option('--json', 'a JSON object a line')
    .action(async (options: FilterOptions) => {
      const found = await lettersOf(options);
      for (const letter of found) {
        process.stdout.write(`${options.json === true ? jsonOf(letter) : lineOf(letter)}\n`);
      }
      process.stderr.write(`${found.length} dead letters\n`);
    });
  letters
    .command('show')
    .description('says all about one of them but what it says; exit status 1 when it is not there')
    .argument('<id>', 'as list names it: topic-partition-offset of the record')
    .option('--value <file>', 'writes the bytes of its value; - is standard output')
    .action(async (id: string, options: { readonly value?: string }) => {
      process.exitCode = await show(id, options.value);
    });
  filtered(
    letters
      .command('retry')
      .description('sends them again, as they were, to where they stood; a fact counts only once')
      .argument('[id...]', 'as list names them; none: all that the options leave'),
  )
    .option('--again', 'those as well that were sent again before')
    .option('--dry-run', 'only says which')
    .action(async (ids: readonly string[], options: RetryOptions, command: Command) => {
      const { reason, topic, incident, since, until } = options;
      if (
        ids.length === 0 &&
        [reason, topic, incident, since, until].every((o) => o === undefined)
      ) {
        command.error(
          'error: name the dead letters, or say which with --reason, --topic or the like',
        );
      }
      process.exitCode = await retry(ids, options);
    });
}

function filtered(command: Command): Command {
  return command
    .option('--reason <code>', 'only those with this reason, such as truncated-avro')
    .option('--topic <name>', 'only those that stood on this topic')
    .option('--incident <id>', 'only those of this incident, where that is known')
    .option('--since <instant>', 'only those put aside from here', instantArgument)
    .option('--until <instant>', 'only those put aside up to here', instantArgument);
}

async function lettersOf(filter: LetterFilter): Promise<readonly Letter[]> {
  const configuration = loadLogConfiguration(process.env);
  const logger = createLogger({ service: 'dead-letters', level: configuration.logLevel });
  // No fact is read, so none can be too far ahead.
  const { reader, decoder } = await openReader(configuration, { maxAhead: 0 as Duration }, logger);
  try {
    return await readLetters(reader, decoder, filter);
  } finally {
    await reader.close();
  }
}

function lineOf({ id, letter, times, retriedAt }: Letter): string {
  return [
    formatInstant(letter.putAsideAt),
    id,
    letter.reason,
    letter.incidentId ?? '-',
    ...(times > 1 ? [`${times} times`] : []),
    ...(retriedAt === undefined ? [] : [`sent again ${formatInstant(retriedAt)}`]),
    letter.detail,
  ].join('  ');
}

/** Nothing of what the record says: it may hold what nobody should read here. */
function jsonOf({ id, letter, times, retriedAt }: Letter): string {
  const { topic, partition, offset, reason, detail, incidentId, timestamp, putAsideAt } = letter;
  return JSON.stringify({
    id,
    topic,
    partition,
    offset,
    reason,
    detail,
    ...(incidentId === undefined ? {} : { incidentId }),
    recordedAt: formatInstant(timestamp),
    putAsideAt: formatInstant(putAsideAt),
    times,
    ...(retriedAt === undefined ? {} : { retriedAt: formatInstant(retriedAt) }),
    keyBytes: letter.key?.length ?? null,
    valueBytes: letter.value?.length ?? null,
    headerBytes: Object.fromEntries(
      Object.entries(letter.headers).map(([name, value]) => [name, value.length]),
    ),
  });
}

async function show(id: string, valueFile: string | undefined): Promise<number> {
  const [found] = await lettersOf({ ids: new Set([id]) });
  if (found === undefined) {
    process.stderr.write(`there is no dead letter ${id}; "vigil dead-letters list" names them\n`);
    return 1;
  }
  const value = found.letter.value ?? Buffer.alloc(0);
  if (valueFile === '-') {
    process.stdout.write(value);
    return 0;
  }
  process.stdout.write(`${JSON.stringify(JSON.parse(jsonOf(found)), null, 2)}\n`);
  if (valueFile !== undefined) await writeFile(valueFile, value, { flag: 'wx' });
  return 0;
}

interface RetryOptions extends Omit<LetterFilter, 'ids'> {
  readonly again?: true;
  readonly dryRun?: true;
}

async function retry(ids: readonly string[], options: RetryOptions): Promise<number> {
  const named = ids.length === 0 ? {} : { ids: new Set(ids) };
  const found = await lettersOf({ ...options, ...named });
  const missing = ids.filter((id) => !found.some((letter) => letter.id === id));
  for (const id of missing) process.stderr.write(`there is no dead letter ${id}\n`);
  const wanted = found.filter(({ retriedAt }) => options.again === true || retriedAt === undefined);
  for (const letter of wanted) process.stdout.write(`${lineOf(letter)}\n`);
  if (options.dryRun !== true && wanted.length > 0) await sendAgain(wanted);
  const before = found.length - wanted.length;
  const skipped = before === 0 ? '' : `, ${before} were before (--again sends them once more)`;
  const did = options.dryRun === true ? 'would be sent again' : 'sent again';
  process.stderr.write(`${wanted.length} ${did}${skipped}\n`);
  return missing.length === 0 ? 0 : 1;
}

async function sendAgain(letters: readonly Letter[]): Promise<void> {
  const { servers, topicPrefix, logLevel } = loadLogConfiguration(process.env);
  const logger = createLogger({ service: 'dead-letters', level: logLevel });
  const log = openLog({ deployment: 'dead-letters' }, servers, logger);
  try {
    // One by one: when this is cut short, what was sent again is marked but for one, and a fact that
    // comes twice counts once.
    for (const letter of letters) {
      await log.append(letter.letter.topic, [againOf(letter)]);
      const mark = retriedMark(letter, formatInstant(Date.now() as Instant));
      await log.append(topicNames(topicPrefix).deadLetters, [mark]);
    }
  } finally {
    await log.close();
  }
}
