/** What can keep files of facts from being read, each with what to do about it. */
const remedies = {
  missing: 'Check the path.',
  'no-match': 'Check the pattern, and that the shell did not change it: put it in quotes.',
  directory: 'Name the files in it, for example with the pattern DIR/*.ndjson.',
  unreadable: 'Check its permissions.',
  'cut-short': 'It was not written or copied to its end: get it again.',
  corrupt: 'It is not what its name says, or is damaged: get it again.',
  'not-facts':
    'Its columns must be those of facts: id, source, type, subject, time and a struct data.',
} as const;

/** The codes of {@link FactsFileError}. */
export type FactsFileErrorCode = keyof typeof remedies;

/** A file of facts that cannot be read to its end. A line that is no fact is none of these. */
export class FactsFileError extends Error {
  override readonly name = 'FactsFileError';
  readonly code: FactsFileErrorCode;
  /** As the caller named it. */
  readonly file: string;

  constructor(code: FactsFileErrorCode, file: string, what: string, options?: ErrorOptions) {
    super(`${file}: ${what}. ${remedies[code]}`, options);
    this.code = code;
    this.file = file;
  }
}

/** The typed error for what Node said about a file; what is no failure of the file comes back as it is. */
export function factsFileError(file: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const of = (known: FactsFileErrorCode, what: string) =>
    new FactsFileError(known, file, what, { cause: error });
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return of('missing', 'there is no such file');
    case 'EISDIR':
      return of('directory', 'is a directory');
    case 'EACCES':
    case 'EPERM':
      return of('unreadable', 'may not be read');
    case 'EIO':
      return of('unreadable', 'could not be read to its end');
    case 'Z_BUF_ERROR':
      return of('cut-short', 'ends in the middle of its compressed data');
  }
  const compressed = typeof code === 'string' && /^(Z_|ZSTD_)/.test(code);
  return compressed ? of('corrupt', 'could not be decompressed') : error;
}
