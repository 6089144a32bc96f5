import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import type { Redis } from 'ioredis';
import kafkajs from 'kafkajs/package.json' with { type: 'json' };
import { KAFKA_VERSION } from '../servers/jars.ts';
import type { ServerAddresses } from '../servers/real-servers.ts';

/** The value of rank ⌈q·n⌉. */
export function quantile(numbers: readonly number[], q: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (numbers: readonly number[]): number => quantile(numbers, 0.5);

/** The median and, where they differ, from the least to the most. */
export function spread(numbers: readonly number[], digits = 0): string {
  const text = (one: number): string =>
    one.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const middle = text(median(numbers));
  const [least, most] = [text(Math.min(...numbers)), text(Math.max(...numbers))];
  return least === most ? middle : `${middle} (${least}–${most})`;
}

/** A Markdown table; all columns but the first are numbers. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = header.map((_, index) => (index === 0 ? '---' : '--:'));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}

/** What the figures were measured on: a line for the machine and one for the versions. */
export async function measuredOn(
  { how }: ServerAddresses,
  redis: Pick<Redis, 'info'>,
): Promise<string> {
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const version = /^redis_version:(\S+)/m.exec(await redis.info('server'))?.[1];
  const kafka = how === 'local' ? `Kafka ${KAFKA_VERSION}` : 'Kafka';
  const where = how === 'environment' ? 'where the environment says' : 'on the same machine';
  return [
    `${cpus()[0]?.model ?? arch()}, ${availableParallelism()} cores, ${gibibytes} GiB, ${platform()} ${release()}; servers ${where}`,
    `Node ${process.versions.node}, kafkajs ${kafkajs.version}, ${kafka}, Redis ${version}`,
  ].join('  \n');
}
