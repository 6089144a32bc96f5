import type { QueueRow } from '@vigil/control-room/api/model';

/** A row of the queue: a child's, overdue, nobody has answered; with what a test says otherwise. */
export function rowOf(id: string, but: Partial<QueueRow> = {}): QueueRow {
  return {
    id: `${id}|child-priority-attendance`,
    incidentId: id,
    target: 'child-priority-attendance',
    forceId: 'northmoor',
    areaId: 'northmoor-docks',
    grade: 'priority',
    child: 'involved',
    milestone: 'attended',
    severity: 'high',
    phase: 'breach',
    beginAt: 0,
    dueAt: 3_600_000,
    phaseAt: 3_600_000,
    allocated: false,
    contacted: false,
    alarm: 'unacknowledged',
    alert: { alertId: `alert of ${id}`, revision: 1, raisedAt: 3_600_000, confidence: 'confirmed' },
    longStanding: false,
    ...but,
  };
}
