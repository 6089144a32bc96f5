/** A piece of what a file holds, decompressed, and how far into the file as it lies on disk it goes. */
export interface Piece {
  readonly bytes: Buffer;
  readonly position: number;
}
