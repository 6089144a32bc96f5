import type { AreaId, ForceId, IncidentId } from '../facts/fact.ts';
import type { Instant } from '../time/instant.ts';
import type { AlertId } from './alert.ts';

/** Somebody has taken an alert on (semantics 10). Who is a staff or role id, never a name. */
export interface AlertAcknowledged {
  readonly kind: 'alert-acknowledged';
  readonly incidentId: IncidentId;
  readonly alertId: AlertId;
  readonly by: string;
  readonly role: string;
  readonly at: Instant;
  readonly note?: string;
}

/** Somebody has silenced alerts for a while: of an incident, or of a target in an area of a force. */
export interface AlertSilenced {
  readonly kind: 'alert-silenced';
  readonly incidentId?: IncidentId;
  readonly forceId?: ForceId;
  readonly target?: string;
  readonly areaId?: AreaId;
  readonly from: Instant;
  readonly until: Instant;
  readonly by: string;
  readonly reason: string;
}

/** What people do with alerts: the records of `control-room-actions`. */
export type Action = AlertAcknowledged | AlertSilenced;
