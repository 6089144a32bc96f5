import type { Instant } from '../time/instant.ts';

export type IncidentId = string & { readonly __brand: 'IncidentId' };
export type ForceId = string & { readonly __brand: 'ForceId' };
export type AreaId = string & { readonly __brand: 'AreaId' };
export type UnitId = string & { readonly __brand: 'UnitId' };
export type FactId = string & { readonly __brand: 'FactId' };
/** The system that recorded a fact, a URI such as `urn:police:example:cad`. */
export type SourceId = string & { readonly __brand: 'SourceId' };

/** How urgent the force says an incident is; `unknown` is neither more nor less urgent than any. */
export const grades = ['immediate', 'priority', 'scheduled', 'resolution', 'unknown'] as const;
export type Grade = (typeof grades)[number];

export const settings = ['urban', 'rural'] as const;
export type Setting = (typeof settings)[number];

/** Whether a child is involved; nobody having asked (`unknown`) is not the same as no child. */
export const childInvolvements = ['involved', 'not-involved', 'unknown'] as const;
export type ChildInvolvement = (typeof childInvolvements)[number];

export const closeOutcomes = ['resolved', 'cancelled', 'duplicate', 'merged'] as const;
export type CloseOutcome = (typeof closeOutcomes)[number];

/** What every fact of an incident has. `source` and `id` together name the fact. */
interface FactBase {
  readonly id: FactId;
  readonly source: SourceId;
  readonly incidentId: IncidentId;
  /** When the source recorded the fact, where it says so. */
  readonly time?: Instant;
  /** When it happened: the fact's own `…At` field. */
  readonly at: Instant;
}

/** What a creation may say of an incident and an update may change: absent stays as it was. */
export interface IncidentDetails {
  readonly areaId?: AreaId;
  readonly incidentType?: string;
  readonly setting?: Setting;
  readonly childInvolvement?: ChildInvolvement;
  readonly childMarkers?: readonly string[];
  /** Whole years, 0 to 150. */
  readonly youngestAge?: number;
}

export interface IncidentCreated extends FactBase, IncidentDetails {
  readonly type: 'incident-created';
  readonly forceId: ForceId;
  readonly grade: Grade;
}
export interface IncidentUpdated extends FactBase, IncidentDetails {
  readonly type: 'incident-updated';
  readonly grade?: Grade;
  /** A supervisor reviewed the new grade and recorded why. */
  readonly reviewed?: boolean;
}
export interface IncidentAllocated extends FactBase {
  readonly type: 'incident-allocated';
  readonly unitId?: UnitId;
}
export interface CallerContacted extends FactBase {
  readonly type: 'caller-contacted';
}
export interface IncidentClosed extends FactBase {
  readonly type: 'incident-closed';
  readonly outcome: CloseOutcome;
  readonly relatedIncidentId?: IncidentId;
}
export interface IncidentReopened extends FactBase {
  readonly type: 'incident-reopened';
}
export interface OfficerAttended extends FactBase {
  readonly type: 'officer-attended';
  readonly unitId: UnitId;
  readonly childSeen?: boolean;
}
export interface ChildSeen extends FactBase {
  readonly type: 'child-seen';
  readonly unitId?: UnitId;
}
export interface AttendanceAborted extends FactBase {
  readonly type: 'attendance-aborted';
  readonly unitId: UnitId;
}

/** Something a force's command-and-control system said happened to one incident (semantics 1). */
export type Fact =
  | IncidentCreated
  | IncidentUpdated
  | IncidentAllocated
  | CallerContacted
  | IncidentClosed
  | IncidentReopened
  | OfficerAttended
  | ChildSeen
  | AttendanceAborted;

export type FactType = Fact['type'];

/** A source saying that it is alive (semantics 6); it belongs to no incident. */
export interface FeedHeartbeat {
  readonly type: 'feed-heartbeat';
  readonly id: FactId;
  readonly source: SourceId;
  readonly time?: Instant;
  readonly at: Instant;
}

/** The name that a fact's `at` has in its data, by type. */
export const instantField = {
  'incident-created': 'createdAt',
  'incident-updated': 'updatedAt',
  'incident-allocated': 'allocatedAt',
  'caller-contacted': 'contactedAt',
  'incident-closed': 'closedAt',
  'incident-reopened': 'reopenedAt',
  'officer-attended': 'attendedAt',
  'child-seen': 'seenAt',
  'attendance-aborted': 'abortedAt',
  'feed-heartbeat': 'at',
} as const satisfies Record<FactType | 'feed-heartbeat', string>;

/** The input topic that carries each type of fact (semantics 1); heartbeats go to all of them. */
export const topicOf = {
  'incident-created': 'incident-created',
  'incident-updated': 'incident-updated',
  'incident-allocated': 'incident-updated',
  'caller-contacted': 'incident-updated',
  'incident-closed': 'incident-updated',
  'incident-reopened': 'incident-updated',
  'officer-attended': 'officer-attended',
  'child-seen': 'officer-attended',
  'attendance-aborted': 'officer-attended',
} as const satisfies Record<FactType, string>;

export const inputTopics = ['incident-created', 'incident-updated', 'officer-attended'] as const;
export type InputTopic = (typeof inputTopics)[number];
