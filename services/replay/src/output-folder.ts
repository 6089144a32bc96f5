import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Characters collected before they are written. */
const bufferCharacters = 262_144;

/** A file that is being written, line by line, under a name of its own. */
export interface OutputFile {
  /** Appends a line, given without its line break. */
  write(line: string): Promise<void>;
}

/** A folder whose files appear all at once, when everything in them is there. */
export interface OutputFolder {
  file(name: string): Promise<OutputFile>;
  /** A file of an earlier run that this one does not have: it goes when this one is complete. */
  without(name: string): void;
  /** Gives the files their names, the first that was asked for last. */
  complete(): Promise<void>;
  /** Removes what was written, unless it is complete. */
  [Symbol.asyncDispose](): Promise<void>;
}

interface Pending {
  readonly temporary: string;
  readonly final: string;
  readonly handle: FileHandle;
  flush(): Promise<void>;
}

/**
 * Opens a folder for writing, and makes it if need be.
 *
 * What an earlier run left stays until this one is complete. The first file asked for is the seal: it
 * goes before the others change and comes when they are all there, so whoever finds it finds a whole run.
 *
 * @throws Error of Node when the folder cannot be made or written to.
 */
export async function openOutputFolder(folder: string): Promise<OutputFolder> {
  await mkdir(folder, { recursive: true });
  const pending: Pending[] = [];
  const gone: string[] = [];
  return {
    async file(name) {
      const final = join(folder, name);
      const temporary = `${final}.unfinished-${process.pid}`;
      const handle = await open(temporary, 'w');
      let buffer = '';
      const flush = async (): Promise<void> => {
        const text = buffer;
        buffer = '';
        if (text !== '') await handle.appendFile(text);
      };
      pending.push({ temporary, final, handle, flush });
      return {
        async write(line) {
          buffer += `${line}\n`;
          if (buffer.length >= bufferCharacters) await flush();
        },
      };
    },
    without(name) {
      gone.push(join(folder, name));
    },
    async complete() {
      for (const { handle, flush } of pending) {
        await flush();
        await handle.sync();
        await handle.close();
      }
      const [seal, ...others] = pending;
      if (seal === undefined) return;
      for (const file of [seal.final, ...gone]) await rm(file, { force: true });
      for (const { temporary, final } of others) await rename(temporary, final);
      await rename(seal.temporary, seal.final);
      pending.length = 0;
    },
    async [Symbol.asyncDispose]() {
      for (const { temporary, handle } of pending) {
        // It may be closed already; what counts is that the file goes.
        await handle.close().catch(() => {});
        await rm(temporary, { force: true });
      }
    },
  };
}
