import type { ForceId, SourceId } from '../facts/fact.ts';
import { type Duration, parseDuration } from '../time/duration.ts';
import type { PolicyDocument, ScopeDocument } from './document.ts';
import type { Objective, Policy, Scope, Target } from './policy.ts';

/** What holds where a policy says nothing (semantics 4, 6, 7 and 10), as a policy would write it. */
export const defaults = {
  timeZone: 'Europe/London',
  grace: 'PT2S',
  holdAtMost: 'PT60S',
  maxAhead: 'PT5M',
  retainFor: 'P35D',
  maxSilence: 'PT60M',
  acknowledgementLasts: 'PT30M',
  severity: { warning: 'medium', breach: 'high', escalation: 'critical' },
} as const;

/** The policy that a checked document means. Identifiers get their brands here. */
export function withDefaults(document: PolicyDocument): Omit<Policy, 'policyVersion'> {
  return {
    timeZone: document.timeZone ?? defaults.timeZone,
    grace: durationOf(document.grace ?? defaults.grace),
    holdAtMost: durationOf(document.holdAtMost ?? defaults.holdAtMost),
    maxAhead: durationOf(document.maxAhead ?? defaults.maxAhead),
    retainFor: durationOf(document.retainFor ?? defaults.retainFor),
    maxSilence: durationOf(document.maxSilence ?? defaults.maxSilence),
    acknowledgementLasts: durationOf(
      document.acknowledgementLasts ?? defaults.acknowledgementLasts,
    ),
    feeds: (document.feeds ?? []).map(({ source, silentAfter }) => ({
      source: source as SourceId,
      silentAfter: durationOf(silentAfter),
    })),
    childTypes: document.childTypes ?? [],
    targets: (document.targets ?? []).map(targetOf),
    objectives: (document.objectives ?? []).map(objectiveOf),
  };
}

function targetOf(document: NonNullable<PolicyDocument['targets']>[number]): Target {
  const { warnAt, escalateAfter = [], severity } = document;
  const scope = scopeOf(document);
  return {
    ...scope,
    // A share is a binary fraction to every program that reads it, and the product is one too.
    ...(warnAt === undefined ? {} : { warnAfter: Math.floor(warnAt * scope.within) as Duration }),
    escalateAfter: escalateAfter.map(durationOf),
    severity: { ...defaults.severity, ...severity },
  };
}

function objectiveOf(document: NonNullable<PolicyDocument['objectives']>[number]): Objective {
  const { target, windows, minimumIncidents } = document;
  return {
    ...scopeOf(document),
    target,
    windows: windows.map(durationOf),
    minimumIncidents,
  };
}

function scopeOf(document: ScopeDocument): Scope {
  const { name, milestone, grades, child, forces, settings, incidentTypes } = document;
  return {
    name,
    milestone,
    grades,
    ...(child === undefined ? {} : { child }),
    ...(forces === undefined ? {} : { forces: forces.map((force) => force as ForceId) }),
    ...(settings === undefined ? {} : { settings }),
    ...(incidentTypes === undefined ? {} : { incidentTypes }),
    clock: document.clock ?? 'created',
    downgrade: document.downgrade ?? 'release',
    within: durationOf(document.within),
  };
}

/** @throws RangeError when the text is none: the schema has checked it, so that would be a defect. */
function durationOf(text: string): Duration {
  const duration = parseDuration(text);
  if (duration === undefined) throw new RangeError('a duration reached the policy unchecked');
  return duration;
}
