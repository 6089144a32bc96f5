import { hash } from 'node:crypto';
import type { IncidentId } from '../facts/fact.ts';

/** Which cases are drawn for reading. */
export interface Draw {
  readonly cases: number;
  readonly seed: string;
}

/**
 * The lot of an incident, which anybody can draw again: the SHA-256 of the seed, a line feed and the
 * incident's id, in hexadecimal. The cases with the lowest lots are the sample, whatever the order in
 * which the incidents come by and however they are divided among workers.
 */
export function lotOf(seed: string, incidentId: IncidentId): string {
  return hash('sha256', `${seed}\n${incidentId}`);
}
