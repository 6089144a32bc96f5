/** A length of time in whole milliseconds. */
export type Duration = number & { readonly __brand: 'Duration' };

const iso =
  /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,3}))?S)?)?$/;

/**
 * Reads an ISO 8601 duration without months and years; a day is 24 hours (semantics 7).
 *
 * @returns the duration, or `undefined` when the text is not one.
 */
export function parseDuration(text: string): Duration | undefined {
  const match = iso.exec(text);
  if (match === null || text === 'P') return undefined;
  const [, weeks, days, hours, minutes, seconds, fraction] = match;
  const whole =
    (((Number(weeks ?? 0) * 7 + Number(days ?? 0)) * 24 + Number(hours ?? 0)) * 60 +
      Number(minutes ?? 0)) *
      60 +
    Number(seconds ?? 0);
  const ms = whole * 1000 + Number((fraction ?? '').padEnd(3, '0'));
  return Number.isSafeInteger(ms) ? (ms as Duration) : undefined;
}

/** A length of time in words a supervisor uses: `1 h 5 min`, `2 days 3 h`, `40 s`. */
export function describeDuration(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), seconds >= 172_800 ? 'days' : 'day'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return ms === 0 ? '0 s' : `${Math.abs(ms)} ms`;
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}
