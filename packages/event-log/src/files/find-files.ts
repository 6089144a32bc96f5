import { glob, stat } from 'node:fs/promises';
import { compareText } from '@vigil/domain/facts/order';
import { FactsFileError, factsFileError } from './facts-file-error.ts';

/** A file of facts that is there. */
export interface FactFile {
  /** As it was named, or as the pattern found it; `-` is standard input. */
  readonly name: string;
  /** Its size on disk; 0 where it has none, as standard input. */
  readonly bytes: number;
}

/**
 * Finds the files that are meant: each as named, or where no file has that name, all that the pattern
 * matches, in order of name. A file that is named twice is read once.
 *
 * @param named - paths and glob patterns, or `-`.
 * @throws FactsFileError when one is missing, is a directory or cannot be read as facts.
 */
export async function findFiles(named: readonly string[]): Promise<readonly FactFile[]> {
  const files = new Map<string, FactFile>();
  for (const name of named) {
    for (const file of await filesOf(name)) files.set(file.name, file);
  }
  return [...files.values()];
}

async function filesOf(name: string): Promise<readonly FactFile[]> {
  if (name === '-') return [{ name, bytes: 0 }];
  try {
    return [await fileAt(name)];
  } catch (error) {
    if (!(error instanceof FactsFileError) || error.code !== 'missing' || !/[*?[{]/.test(name)) {
      throw error;
    }
  }
  const matches: string[] = [];
  for await (const match of glob(name)) {
    if (!(await stat(match)).isDirectory()) matches.push(match);
  }
  const found = await Promise.all(matches.sort(compareText).map(fileAt));
  if (found.length === 0) throw new FactsFileError('no-match', name, 'matches no file');
  return found;
}

async function fileAt(name: string): Promise<FactFile> {
  const status = await stat(name).catch((error: unknown) => {
    throw factsFileError(name, error);
  });
  if (status.isDirectory()) throw new FactsFileError('directory', name, 'is a directory');
  return { name, bytes: status.size };
}
