import { type Commit, InvalidCommit } from './port.ts';

/**
 * Incidents, slots and outbox entries of one commit. A commit holds up everybody else's while it is
 * stored, and Redis takes no command of more than 1,048,576 arguments.
 */
export const maxParts = 200_000;

/**
 * Looks at a commit before any of it is stored. A number that is not whole would stop a script of
 * Redis midway, with one half stored: so it must never get there.
 *
 * @throws InvalidCommit naming the part; no ids or contents, for it goes to logs.
 */
export function checkCommit(commit: Commit): void {
  const { incidents = [], slots = [], dropSlots = [], outbox = [], heard = [] } = commit;
  const parts = incidents.length + slots.length + dropSlots.length + outbox.length + heard.length;
  if (parts > maxParts) throw new InvalidCommit(`it has ${parts} parts, at most ${maxParts} fit`);
  if (new Set(incidents.map(({ id }) => id)).size < incidents.length) {
    throw new InvalidCommit('an incident stands in it twice');
  }
  for (const { expected, due } of incidents) {
    whole(expected, 'the expected version of an incident');
    if (expected < 0) throw new InvalidCommit('the expected version of an incident is below 0');
    if (due !== undefined) whole(due, 'the due instant of an incident');
  }
  for (const { delta } of slots) whole(delta, 'the delta of a slot');
  for (const { instant } of heard) whole(instant, 'when a source was heard');
  for (const { instant } of commit.reached ?? []) whole(instant, 'the watermark');
  if (commit.watermark !== undefined) whole(commit.watermark.instant, 'the watermark');
  if (commit.trimOutbox !== undefined) {
    const { from, through } = commit.trimOutbox;
    whole(from, 'the first sequence number to trim');
    whole(through, 'the last sequence number to trim');
    if (through < from) throw new InvalidCommit('the outbox cannot be trimmed to before its start');
  }
}

function whole(value: number, what: string): void {
  if (!Number.isSafeInteger(value)) throw new InvalidCommit(`${what} is not a safe whole number`);
}
