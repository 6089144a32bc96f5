import type { RejectedLine } from '@vigil/event-log/files/read-facts';
import type { RejectedRecord } from '@vigil/replay/kafka/read-topics';

/** Those reported one by one; a file that is none of ours would fill the screen. */
const maxReported = 10;

/** Tells people on standard error of lines and records that are no facts; quotes none of them. */
export function reportRejects(): {
  reject(rejected: RejectedLine | RejectedRecord): void;
  /** @param where - where all of them stand, if they do. */
  end(where?: string): void;
} {
  let count = 0;
  return {
    reject(rejected) {
      if (++count <= maxReported) process.stderr.write(`${textOf(rejected)}\n`);
    },
    end(where) {
      if (count <= maxReported) return;
      const all = where === undefined ? '' : `; all of them are in ${where}`;
      process.stderr.write(`… and ${count - maxReported} more that are no facts${all}\n`);
    },
  };
}

function textOf(rejected: RejectedLine | RejectedRecord): string {
  if ('topic' in rejected) {
    const { topic, partition, offset, reason, detail } = rejected;
    return `${topic}/${partition} at ${offset}: ${reason}: ${detail}`;
  }
  const { file, line, problems } = rejected;
  const what = problems.map(({ path, message }) => `${path} ${message}`.trim()).join('; ');
  return `${file}:${line}: ${what}`;
}
