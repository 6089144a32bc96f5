import type {
  AreaId,
  ChildInvolvement,
  Fact,
  ForceId,
  Grade,
  IncidentCreated,
  IncidentDetails,
  IncidentId,
  Setting,
  UnitId,
} from '../facts/fact.ts';
import type { Milestone } from '../ledger/alert.ts';
import type { Instant } from '../time/instant.ts';

/** An attendance that no stand-down has voided. */
interface Attendance {
  readonly unitId: UnitId;
  readonly childSeen: boolean;
}

/** What is known of an incident at an instant: the facts up to then, replayed (semantics 3). */
export interface IncidentState {
  readonly incidentId: IncidentId;
  readonly forceId: ForceId;
  readonly grade: Grade;
  readonly areaId: AreaId | undefined;
  readonly incidentType: string | undefined;
  readonly setting: Setting | undefined;
  readonly childInvolvement: ChildInvolvement | undefined;
  readonly childMarkers: readonly string[] | undefined;
  readonly youngestAge: number | undefined;
  /** The verdict from the three above and the policy's child types. */
  readonly child: ChildInvolvement;
  readonly open: boolean;
  /** The creation, or the last reopening that opened a closed incident. */
  readonly start: Instant;
  /** The first allocation since the start. */
  readonly dispatched: Instant | undefined;
  /** Attendances since the start that stand. */
  readonly attendances: readonly Attendance[];
  readonly contactedByCall: boolean;
  readonly childSeenApart: boolean;
}

/** Whether the milestone has been reached since the start. An attendance counts as allocation and contact. */
export function isReached(state: IncidentState, milestone: Milestone): boolean {
  const attended = state.attendances.length > 0;
  switch (milestone) {
    case 'attended':
      return attended;
    case 'seen':
      return state.childSeenApart || state.attendances.some((attendance) => attendance.childSeen);
    case 'allocated':
      return attended || state.dispatched !== undefined;
    case 'contacted':
      return attended || state.contactedByCall;
  }
}

/** The state that a creation begins. */
export function created(fact: IncidentCreated, childTypes: readonly string[]): IncidentState {
  const details = {
    areaId: fact.areaId,
    incidentType: fact.incidentType,
    setting: fact.setting,
    childInvolvement: fact.childInvolvement,
    childMarkers: fact.childMarkers,
    youngestAge: fact.youngestAge,
  };
  return {
    incidentId: fact.incidentId,
    forceId: fact.forceId,
    grade: fact.grade,
    ...details,
    child: childOf(details, childTypes),
    ...opening(fact.at),
  };
}

/** The state after one more fact, which happened at `at`. A later creation changes nothing. */
export function after(
  state: IncidentState,
  fact: Fact,
  at: Instant,
  childTypes: readonly string[],
): IncidentState {
  switch (fact.type) {
    case 'incident-created':
      return state;
    case 'incident-updated': {
      const details = {
        areaId: fact.areaId ?? state.areaId,
        incidentType: fact.incidentType ?? state.incidentType,
        setting: fact.setting ?? state.setting,
        childInvolvement: fact.childInvolvement ?? state.childInvolvement,
        childMarkers: fact.childMarkers ?? state.childMarkers,
        youngestAge: fact.youngestAge ?? state.youngestAge,
      };
      return {
        ...state,
        ...details,
        grade: fact.grade ?? state.grade,
        child: childOf(details, childTypes),
      };
    }
    case 'incident-allocated':
      return state.dispatched === undefined ? { ...state, dispatched: at } : state;
    case 'caller-contacted':
      return { ...state, contactedByCall: true };
    case 'officer-attended': {
      const attendance = { unitId: fact.unitId, childSeen: fact.childSeen === true };
      return { ...state, attendances: [...state.attendances, attendance] };
    }
    case 'child-seen':
      return { ...state, childSeenApart: true };
    case 'attendance-aborted':
      return {
        ...state,
        attendances: state.attendances.filter(({ unitId }) => unitId !== fact.unitId),
      };
    case 'incident-closed':
      return state.open ? { ...state, open: false } : state;
    case 'incident-reopened':
      return state.open ? state : { ...state, ...opening(at) };
  }
}

/** What a creation and a reopening set anew: nothing has been done about the incident since. */
function opening(at: Instant) {
  return {
    open: true,
    start: at,
    dispatched: undefined,
    attendances: [],
    contactedByCall: false,
    childSeenApart: false,
  };
}

type ChildDetails = {
  readonly [K in 'childInvolvement' | 'childMarkers' | 'youngestAge' | 'incidentType']:
    | IncidentDetails[K]
    | undefined;
};

/** Whether a child is involved (semantics 3): a marker outweighs a denial, a denial outweighs an age. */
function childOf(details: ChildDetails, childTypes: readonly string[]): ChildInvolvement {
  const { childInvolvement, childMarkers, youngestAge, incidentType } = details;
  if (childInvolvement === 'involved') return 'involved';
  if (childMarkers !== undefined && childMarkers.length > 0) return 'involved';
  if (childInvolvement === 'not-involved') return 'not-involved';
  if (youngestAge !== undefined && youngestAge < 18) return 'involved';
  if (childTypes.some((type) => type === incidentType)) return 'involved';
  if (youngestAge !== undefined && childInvolvement !== 'unknown') return 'not-involved';
  return 'unknown';
}
