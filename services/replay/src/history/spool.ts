import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bytes that are held in memory before the rest goes to a file. */
const heldInMemory = 512 * 1024 * 1024;

/** Where bytes that were put away lie; any thread may read them. */
export type Stored =
  | { readonly in: 'memory'; readonly bytes: Uint8Array }
  | { readonly in: 'file'; readonly path: string; readonly position: number };

/** Holds what a replay has in hand: in memory as long as that is little, then in a temporary file. */
export class Spool {
  #held = 0;
  #position = 0;
  #file:
    | { readonly folder: string; readonly path: string; readonly handle: FileHandle }
    | undefined;
  readonly #limit: number;

  /** @param limit - bytes held in memory. */
  constructor(limit: number = heldInMemory) {
    this.#limit = limit;
  }

  /** Puts bytes away. They are not to be changed afterwards. */
  async put(bytes: Uint8Array): Promise<Stored> {
    if (this.#held + bytes.length <= this.#limit) {
      this.#held += bytes.length;
      return { in: 'memory', bytes };
    }
    const { path, handle } = await this.#open();
    const position = this.#position;
    this.#position += bytes.length;
    for (let done = 0; done < bytes.length; ) {
      done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
    }
    return { in: 'file', path, position };
  }

  async #open(): Promise<{ readonly path: string; readonly handle: FileHandle }> {
    if (this.#file === undefined) {
      const folder = await mkdtemp(join(tmpdir(), 'vigil-replay-'));
      const path = join(folder, 'spool');
      this.#file = { folder, path, handle: await open(path, 'w') };
    }
    return this.#file;
  }

  /** Frees the memory that was counted, once nothing that lies in it is needed any more. */
  free(bytes: number): void {
    this.#held -= bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#file === undefined) return;
    await this.#file.handle.close();
    await rm(this.#file.folder, { recursive: true });
  }
}

/** Reads what {@link Spool} put away, from whatever thread; closes the files it opened when disposed. */
export class SpoolReader {
  readonly #files = new Map<string, number>();

  /** The bytes `[from, to)` of what was put away. */
  read(stored: Stored, from: number, to: number): Buffer {
    if (stored.in === 'memory') {
      const { buffer, byteOffset } = stored.bytes;
      return Buffer.from(buffer, byteOffset + from, to - from);
    }
    const bytes = Buffer.allocUnsafe(to - from);
    const file = this.#files.get(stored.path) ?? openSync(stored.path, 'r');
    this.#files.set(stored.path, file);
    for (let done = 0; done < bytes.length; ) {
      const read = readSync(file, bytes, done, bytes.length - done, stored.position + from + done);
      if (read === 0) throw new Error('a temporary file of the replay was cut short');
      done += read;
    }
    return bytes;
  }

  [Symbol.dispose](): void {
    for (const file of this.#files.values()) closeSync(file);
    this.#files.clear();
  }
}
