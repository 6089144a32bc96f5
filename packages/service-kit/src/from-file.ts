import { readFileSync } from 'node:fs';

/** The text of a file without its last line's end, as it stands there now. */
export type FromFile = () => string;

/** The file cannot be read. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
  /** The system's, such as `ENOENT`. */
  readonly code: string;

  constructor(code: string) {
    super(`the file cannot be read (${code})`);
    this.code = code;
  }
}

/**
 * A text that somebody may replace while the program runs: a password, a certificate. While the file
 * cannot be read, or is empty, as in the moment of its replacement, the text is what was read last.
 *
 * @throws {UnreadableFile} when it cannot be read the first time.
 */
export function fromFile(path: string): FromFile {
  const read = (): string => readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  let last: string;
  try {
    last = read();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new UnreadableFile(code);
  }
  return () => {
    try {
      last = read() || last;
    } catch {
      // What was good a moment ago is the best there is.
    }
    return last;
  };
}
