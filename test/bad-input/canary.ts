/**
 * A made-up person who stands somewhere in every bad input, where a careless producer would put one.
 * She may be in what keeps the original, and nowhere else: no log line, no message, no metric, no header.
 */
export const canary = 'Perdita Quillfeather';

/** The forms in which a careless program would give her away. */
const traces = [/perdita/i, /quillfeather/i, Buffer.from(canary).toString('base64').slice(0, 16)];

/** The first trace of her in a text; nothing when it has none. */
export function traceOf(text: string): string | undefined {
  for (const trace of traces) {
    const at = typeof trace === 'string' ? text.indexOf(trace) : text.search(trace);
    if (at !== -1) return text.slice(Math.max(0, at - 60), at + 60);
  }
  return undefined;
}
