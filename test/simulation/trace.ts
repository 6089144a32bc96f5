/** What happened in a run, a line a step: its hash says whether two runs were the same. */
export interface Trace {
  add(line: string): void;
  /** 32 bits of every line so far, as hex. */
  hash(): string;
  /** The last lines, oldest first. */
  last(): readonly string[];
}

const kept = 80;

/** @param print - is shown every line as it comes. */
export function openTrace(print?: (line: string) => void): Trace {
  let hash = 0x811c9dc5;
  const ring: string[] = [];
  return {
    add(line) {
      // FNV-1a.
      for (let i = 0; i < line.length; i++) {
        hash = Math.imul(hash ^ line.charCodeAt(i), 0x01000193);
      }
      ring.push(line);
      if (ring.length > 4 * kept) ring.splice(0, ring.length - kept);
      print?.(line);
    },
    hash: () => (hash >>> 0).toString(16).padStart(8, '0'),
    last: () => ring.slice(-kept),
  };
}
