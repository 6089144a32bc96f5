import { readFile } from 'node:fs/promises';
import { parseMapping } from '@vigil/import/parse-mapping';
import type { Command } from 'commander';
import { type ImportCounts, importTables } from '../import/import-tables.ts';
import { openLinesFile } from '../lines-file.ts';
import { openProgress } from '../progress.ts';

interface Options {
  readonly mapping: string;
  readonly out: string;
  readonly rejects: string;
}

/** `vigil import`: a dispatch system's export to facts, by a declared mapping. */
export function register(program: Command): void {
  program
    .command('import')
    .description("makes facts of a force's or city's dispatch export, by a declared mapping")
    .argument('<csv...>', 'CSV files, also .gz and .zst; patterns; - is standard input')
    .requiredOption('--mapping <file>', 'the mapping in YAML; infra/mappings has examples')
    .requiredOption('--out <file>', 'facts: .ndjson, .ndjson.gz, .ndjson.zst; - is standard output')
    .requiredOption(
      '--rejects <file>',
      'the rows that are no facts, as they stand (keep it as safe as the export), and why',
    )
    .action(async (tables: readonly string[], options: Options, command: Command) => {
      if (options.out === options.rejects) command.error('error: --out and --rejects are the same');
      process.exitCode = await importAll(tables, options);
    });
}

async function importAll(tables: readonly string[], options: Options): Promise<number> {
  const mapping = parseMapping(await readFile(options.mapping, 'utf8'), options.mapping);
  await using facts = await openLinesFile(options.out);
  await using rejects = await openLinesFile(options.rejects);
  const progress = await openProgress();
  try {
    const counts = await importTables({
      mapping,
      tables,
      facts,
      rejects,
      onProgress: (bytes, all) => progress.show('importing', bytes, all),
    });
    await facts.complete();
    await rejects.complete();
    progress.stop();
    process.stderr.write(summaryOf(counts, options.rejects));
    return statusOf(counts);
  } finally {
    progress.stop();
  }
}

/** 2 when a file could not be read to its end, or none of the rows that are meant could be read. */
function statusOf({ rows, leftOut, rejected, unread }: ImportCounts): number {
  const nothingRead = rejected > 0 && rejected === rows - leftOut;
  return unread.length > 0 || nothingRead ? 2 : 0;
}

/** Kinds of problems told on the screen; a wrong column would have one a row. */
const maxTold = 10;

function summaryOf(counts: ImportCounts, rejectsFile: string): string {
  const { files, rows, leftOut, rejected, facts, problems, unread } = counts;
  const kinds = [...facts].map(([type, count]) => `${count} ${type}`).join(', ');
  const all = [...facts.values()].reduce((sum, count) => sum + count, 0);
  const told = [...problems].toSorted(([, a], [, b]) => b - a).slice(0, maxTold);
  const lines = [
    ...unread,
    `rows: ${rows} of ${files === 1 ? 'one file' : `${files} files`}, left out by the mapping: ${leftOut}, rejected: ${rejected}`,
    `facts: ${all}${kinds === '' ? '' : ` (${kinds})`}`,
    ...told.map(([words, count]) => `  ${count} × ${words}`),
    ...(problems.size > maxTold ? [`  and ${problems.size - maxTold} other problems`] : []),
    ...(rejected > 0 || unread.length > 0 ? [`rejected rows are in ${rejectsFile}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}
