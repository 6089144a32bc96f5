import type { QueueRow } from '@vigil/control-room/api/model';

type Phase = QueueRow['phase'];

/** The words of the control room for what rows say; a mark's shape goes with each. */
export const gradeWords = {
  immediate: 'Immediate',
  priority: 'Priority',
  scheduled: 'Scheduled',
  resolution: 'Resolution',
  unknown: 'Not graded',
} as const satisfies Record<QueueRow['grade'], string>;

export const childWords = {
  involved: 'Child',
  unknown: 'Possibly a child',
  'not-involved': 'No child',
} as const satisfies Record<QueueRow['child'], string>;

export const alarmWords = {
  waiting: 'No alarm',
  unacknowledged: 'Needs an answer',
  acknowledged: 'Acknowledged',
  'returned-unacknowledged': 'Ended, unanswered',
  shelved: 'Silenced',
} as const satisfies Record<QueueRow['alarm'], string>;

/** What has not happened yet, as inspectors say it. */
const missingWords = {
  attended: 'unattended',
  seen: 'child not seen',
  allocated: 'unallocated',
  contacted: 'caller not contacted',
} as const satisfies Record<QueueRow['milestone'], string>;

const clearedWords: Readonly<Record<string, string>> = {
  attended: 'attended',
  seen: 'child seen',
  allocated: 'allocated',
  contacted: 'caller contacted',
  closed: 'closed',
  regraded: 're-graded',
  'child-ruled-out': 'no child involved',
  'out-of-scope': 'no longer covered',
};

/** The five ways a row can stand, each with a mark of its own shape. */
export type Standing = 'overdue' | 'escalated' | 'soon' | 'in-time' | 'ended';

export function standingOf(phase: Phase): Standing {
  switch (phase) {
    case 'watched':
      return 'in-time';
    case 'warning':
      return 'soon';
    case 'breach':
      return 'overdue';
    case 'cleared':
      return 'ended';
    default:
      return 'escalated';
  }
}

/** `Overdue`, `Overdue, step 2`, `Due soon`, `In time`, `Ended: attended`. */
export function phaseWords({
  phase,
  clearedReason,
}: Pick<QueueRow, 'phase' | 'clearedReason'>): string {
  switch (phase) {
    case 'watched':
      return 'In time';
    case 'warning':
      return 'Due soon';
    case 'breach':
      return 'Overdue';
    case 'cleared':
      return clearedReason === undefined
        ? 'Ended'
        : `Ended: ${clearedWords[clearedReason] ?? clearedReason}`;
    default:
      return `Overdue, step ${phase.slice('escalation-'.length)}`;
  }
}

/** Whether the target's milestone is overdue now, as the server decided it. */
export function isOverdue({ phase }: Pick<QueueRow, 'phase'>): boolean {
  const standing = standingOf(phase);
  return standing === 'overdue' || standing === 'escalated';
}

/** Whether the row waits for somebody to acknowledge it. */
export function needsAnswer({ alarm }: Pick<QueueRow, 'alarm'>): boolean {
  return alarm === 'unacknowledged' || alarm === 'returned-unacknowledged';
}

/** What has not happened yet: `Unattended · unallocated · caller not contacted`. */
export function missing(
  row: Pick<QueueRow, 'phase' | 'milestone' | 'allocated' | 'contacted'>,
): string {
  if (row.phase === 'cleared') return 'Nobody has acknowledged it';
  const words: string[] = [missingWords[row.milestone]];
  if (!row.allocated && row.milestone !== 'allocated') words.push(missingWords.allocated);
  if (!row.contacted && row.milestone !== 'contacted') words.push(missingWords.contacted);
  const [first = '', ...rest] = words;
  return [first.charAt(0).toUpperCase() + first.slice(1), ...rest].join(' · ');
}

/** The area, with its force where the area's own name does not begin with it. */
export function whereWords({ forceId, areaId }: Pick<QueueRow, 'forceId' | 'areaId'>): string {
  if (areaId === undefined) return forceId;
  return areaId.startsWith(forceId) ? areaId : `${forceId} · ${areaId}`;
}

/** `child-priority-attendance` → `Child priority attendance`; names in a policy are written for machines. */
export function readable(name: string): string {
  const spaced = name.replaceAll('-', ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
