import type { Writable } from 'node:stream';

/** Names that an error has when nobody gave it one: it was not foreseen. */
const unforeseen = new Set(['Error', 'TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']);

/**
 * What to tell people of an error that ended a command. A foreseen one explains itself; of the others
 * the stack is shown, because only it says where to look.
 */
export function failureText(error: unknown): string {
  if (!(error instanceof Error)) return `vigil: ${String(error)}`;
  const isFromSystem = 'syscall' in error;
  if (isFromSystem || !unforeseen.has(error.name)) return `vigil: ${error.message}`;
  return `vigil: this is a defect, please report it: ${error.stack ?? error.message}`;
}

/** Ends quietly when the reader of an output goes away, as `head` does. */
export function untilClosed(output: Writable): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}
