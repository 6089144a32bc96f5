/**
 * How many runs a property gets. Mutation testing runs it once for every mutant: there it gets fewer,
 * as a mutant that is found is found soon, and `PROPERTY_SHARE` says how few.
 *
 * @param usually - outside mutation testing.
 */
export function runs(usually: number): number {
  const share = Number(process.env['PROPERTY_SHARE'] ?? 1);
  return Math.max(50, Math.round(usually * share));
}
