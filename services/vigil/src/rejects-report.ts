import type { RejectedLine } from '@vigil/event-log/files/read-facts';

/** Lines reported one by one; a file that is none of ours would fill the screen. */
const maxReported = 10;

/** Tells people on standard error of lines that are no facts; quotes none of them. */
export function reportRejects(): {
  reject(rejected: RejectedLine): void;
  /** @param where - where all of them stand, if they do. */
  end(where?: string): void;
} {
  let count = 0;
  return {
    reject({ file, line, problems }) {
      if (++count > maxReported) return;
      const what = problems.map(({ path, message }) => `${path} ${message}`.trim()).join('; ');
      process.stderr.write(`${file}:${line}: ${what}\n`);
    },
    end(where) {
      if (count <= maxReported) return;
      const all = where === undefined ? '' : `; all of them are in ${where}`;
      process.stderr.write(`… and ${count - maxReported} more lines that are no facts${all}\n`);
    },
  };
}
