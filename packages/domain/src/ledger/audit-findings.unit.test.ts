import { describe, expect, it } from 'vitest';
import { after, incident } from '../../testing/history.ts';
import { assess } from '../assessment/assess.ts';
import type { AreaId, Fact, FactId } from '../facts/fact.ts';
import { parsePolicy } from '../policy/parse.ts';
import type { Instant } from '../time/instant.ts';
import { type AlertId, type AssessedAlert, alertIdOf } from './alert.ts';
import type { Arrival } from './as-known.ts';
import {
  type AuditTerms,
  auditIncident,
  type Finding,
  joinFindings,
  type SaidAlert,
  type SaidRecord,
} from './audit.ts';

const policy = parsePolicy(
  `targets:
  - { name: attended, milestone: attended, grades: [priority], within: PT60M, warnAt: 0.5 }
`,
  'policy.yaml',
);
const until = after(600);
const terms: AuditTerms = { policy, until, as: 'recorded', lateOver: 3_000 };

const { facts } = incident('A').created(0, 'priority').attended(90);
const asTheyHappened = (some: readonly Fact[]): readonly Arrival[] =>
  some.map((fact) => ({ fact, arrivedAt: fact.at }));
const arrivals = asTheyHappened(facts);
const [warning, breach, cleared] = assess(facts, policy, until).alerts;
if (warning === undefined || breach === undefined || cleared === undefined)
  throw new Error('there are three alerts');

function saidOf(alert: AssessedAlert, change: Partial<SaidAlert> = {}): SaidAlert {
  const { incidentId, target, phase, at, reason, ...particulars } = alert;
  return {
    ...{ kind: 'alert', place: `ledger:${phase}`, alertId: alertIdOf(alert), revision: 1 },
    ...{ raisedAt: at, incidentId, target, phase, at, particulars },
    ...(reason === undefined ? {} : { reason }),
    ...change,
  };
}
function markOf(
  kind: 'retraction' | 'confirmation',
  { alertId, revision, incidentId, target, phase, at }: SaidAlert,
): SaidRecord {
  return { kind, alertId, revision, incidentId, target, phase, at, place: `ledger:${kind}` };
}
const identity = ({ incidentId, target, phase, at }: AssessedAlert) => ({
  ...{ alertId: alertIdOf({ incidentId, target, phase, at }), incidentId, target, phase, at },
});

const all = [saidOf(warning), saidOf(breach), saidOf(cleared)];
const audit = (said: readonly SaidRecord[], change: Partial<AuditTerms> = {}) =>
  auditIncident(arrivals, said, { ...terms, ...change });

describe('an audit of one incident', () => {
  it('counts what should stand and what does', () => {
    expect(audit(all)).toEqual({
      ...{ findings: [], expected: 3, standing: 3, withdrawn: 0, unconfirmed: 0 },
      late: new Map(),
    });
    const invented = saidOf(breach, { target: 'another', alertId: 'x' as AlertId });
    expect(audit([saidOf(warning), invented])).toMatchObject({ expected: 3, standing: 2 });
  });

  it('asks of what was said under another policy only what no policy decides', () => {
    const said = saidOf(breach).particulars;
    const earlier = { ...said, due: after(45), severity: 'low' } as const;
    const under = (policyVersion: string, more: object = {}) =>
      audit([
        saidOf(warning),
        saidOf(breach, { policyVersion, particulars: { ...earlier, ...more } }),
        saidOf(cleared),
      ]).findings;
    expect(under('another')).toEqual([]);
    expect(under('another', { grade: 'immediate' })).toEqual([
      { kind: 'altered', ...identity(breach), place: 'ledger:breach', fields: ['grade'] },
    ]);
    expect(under(policy.policyVersion)).toEqual([
      { kind: 'altered', ...identity(breach), place: 'ledger:breach', fields: ['severity', 'due'] },
    ]);
  });

  it('looks at nothing that is dated after its instant', () => {
    expect(audit(all, { until: after(60) })).toMatchObject({ findings: [], standing: 2 });
    expect(audit(all, { until: after(59) })).toMatchObject({ findings: [], standing: 1 });
  });

  it('names what should have been said and was not', () => {
    expect(audit([saidOf(warning), saidOf(cleared)]).findings).toEqual([
      { kind: 'missing', ...identity(breach) },
    ]);
  });

  it('says where one that should stand was withdrawn', () => {
    const found = audit([...all, markOf('retraction', saidOf(breach))]);
    expect(found).toMatchObject({ expected: 3, standing: 2, withdrawn: 1 });
    expect(found.findings).toEqual([
      { kind: 'missing', ...identity(breach), place: 'ledger:retraction' },
    ]);
  });

  it('counts provisional alerts that nobody confirmed, by revision', () => {
    const doubtful = saidOf(breach, { confidence: 'provisional' });
    const said = [saidOf(warning), doubtful, saidOf(cleared)];
    expect(audit(said).unconfirmed).toBe(1);
    expect(audit([...said, markOf('confirmation', doubtful)])).toMatchObject({
      ...{ findings: [], standing: 3, withdrawn: 0, unconfirmed: 0 },
    });
    const again = { ...doubtful, revision: 2 };
    const retold = [markOf('confirmation', doubtful), markOf('retraction', doubtful), again];
    expect(audit([...said, ...retold])).toMatchObject({ findings: [], unconfirmed: 1 });
  });

  it('finds a revision that was said twice, and a mark on one that was not said', () => {
    expect(audit([...all, saidOf(breach)]).findings).toMatchObject([{ kind: 'said-twice' }]);
    const other = markOf('confirmation', saidOf(breach, { revision: 2 }));
    expect(audit([...all, other]).findings).toEqual([
      { kind: 'stray', ...identity(breach), place: 'ledger:confirmation' },
    ]);
  });
});

describe('what a record says', () => {
  const fieldsOf = (change: Partial<SaidAlert>, of = cleared) =>
    audit(all.map((one) => (one.phase === of.phase ? { ...one, ...change } : one))).findings.map(
      ({ kind, fields }) => ({ kind, fields }),
    );

  it('is altered in its reason, its id, and whatever identifies it', () => {
    expect(fieldsOf({ reason: 'closed' })).toEqual([{ kind: 'altered', fields: ['reason'] }]);
    expect(fieldsOf({ alertId: 'x' as AlertId, reason: 'closed' })).toEqual([
      { kind: 'altered', fields: ['alertId', 'reason'] },
    ]);
    expect(fieldsOf({ target: 'another', at: after(89) })).toEqual([
      { kind: 'altered', fields: ['target', 'at'] },
    ]);
  });

  it('is altered in each particular that is not as it was then', () => {
    const particulars = { ...saidOf(breach).particulars, grade: 'immediate', due: after(61) };
    expect(fieldsOf({ particulars } as Partial<SaidAlert>, breach)).toEqual([
      { kind: 'altered', fields: ['grade', 'due'] },
    ]);
  });

  it('is right in brief when it says no more than what identifies it', () => {
    const brief = all.map(({ particulars: _, raisedAt: __, ...one }) => one);
    expect(audit(brief).findings).toEqual([]);
  });

  it('is right as well when it was so on the facts that had come by then', () => {
    const moved = incident('A').created(0, 'priority', { areaId: 'north' as AreaId });
    moved.updated(20, { areaId: 'south' as AreaId });
    const [creation, correction] = moved.facts;
    if (creation === undefined || correction === undefined) throw new Error('there are two');
    const late = [
      { fact: correction, arrivedAt: after(70) },
      { fact: creation, arrivedAt: after(0) },
    ];
    const onFewer = assess([creation], policy, until).alerts.map((alert) => saidOf(alert));
    expect(auditIncident(late, onFewer, terms).findings).toEqual([]);
    const [first, ...rest] = onFewer;
    if (first === undefined) throw new Error('there is a warning');
    const elsewhere = { ...first.particulars, areaId: 'west' as AreaId };
    const { findings } = auditIncident(
      late,
      [{ ...first, particulars: elsewhere }, ...rest],
      terms,
    );
    expect(findings).toMatchObject([{ kind: 'altered', fields: ['areaId'] }]);
    const wrongId = { ...first, alertId: 'x' as AlertId };
    expect(auditIncident(late, [wrongId, ...rest], terms).findings).toMatchObject([
      { kind: 'altered', fields: ['alertId'] },
    ]);
  });

  it('is right as well when it was so long ago, of an incident that much was heard of since', () => {
    const long = incident('A').created(0, 'priority');
    for (let minute = 61; minute < 161; minute++) {
      long.updated(minute, { areaId: `area-${minute}` as AreaId }).attended(minute);
    }
    long.updated(0, { areaId: 'corrected' as AreaId });
    const correction = long.facts.at(-1);
    const arrivals = long.facts.map((fact) => ({
      fact,
      arrivedAt: fact === correction ? after(60.5) : fact.at,
    }));
    const [creation] = long.facts;
    if (creation === undefined) throw new Error('there is one');
    const early = assess([creation], policy, after(60)).alerts.map((alert) => saidOf(alert));
    const { findings } = auditIncident(arrivals, early, terms);
    expect(findings.filter(({ kind }) => kind === 'altered')).toEqual([]);
  });
});

describe('lateness', () => {
  const raised = (ms: number, change: Partial<SaidAlert> = {}) => [
    saidOf(warning),
    saidOf(breach, { raisedAt: (breach.at + ms) as Instant, ...change }),
    saidOf(cleared),
  ];

  it('is what goes beyond the time allowed, and is a finding where nothing explains it', () => {
    expect(audit(raised(3_000))).toMatchObject({ findings: [], late: new Map() });
    const found = audit(raised(3_001));
    expect(found.late).toEqual(new Map([['', 1]]));
    expect(found.findings).toEqual([
      { kind: 'late', ...identity(breach), place: 'ledger:breach', lateMs: 3_001 },
    ]);
  });

  it('that is explained is counted by its reason', () => {
    const found = audit([
      ...raised(9_000, { late: 'lag' }).slice(1),
      saidOf(warning, { raisedAt: after(40), late: 'lag' }),
    ]);
    expect(found).toMatchObject({ findings: [], late: new Map([['lag', 2]]) });
  });

  it('counts from when the facts had come, where that is asked for', () => {
    const known = arrivals.map(({ fact }) => ({ fact, arrivedAt: after(95) }));
    const look = (said: readonly SaidRecord[]) =>
      auditIncident(known, said, { ...terms, as: 'known' });
    const late = all.map((one): SaidAlert => ({ ...one, raisedAt: after(95) }));
    expect(look(late).findings).toEqual([]);
    expect(auditIncident(known, late, terms).findings).toMatchObject([
      { kind: 'late', lateMs: 65 * 60_000 },
      { kind: 'late', lateMs: 35 * 60_000 },
      { kind: 'late', lateMs: 5 * 60_000 },
    ]);
    const [, second, third] = late;
    if (second === undefined || third === undefined) throw new Error('there are three');
    expect(look([{ ...second, raisedAt: after(96) }, third]).findings).toEqual([
      {
        ...{ kind: 'late', ...identity(breach), place: 'ledger:breach' },
        ...{ lateMs: 60_000, knownAt: after(95) },
      },
      { kind: 'missing', ...identity(warning), knownAt: after(95) },
    ]);
  });

  it('expects nothing that a late fact took back', () => {
    const late = arrivals.map(({ fact }, index) => ({ fact, arrivedAt: after(index * 200) }));
    const early = late.map(({ fact, arrivedAt }) => ({
      arrivedAt,
      fact: fact.type === 'officer-attended' ? { ...fact, at: after(10) } : fact,
    }));
    expect(auditIncident(early, [], { ...terms, as: 'known' })).toMatchObject({
      ...{ findings: [], expected: 0 },
    });
  });
});

describe('findings of several incidents', () => {
  const finding = (kind: Finding['kind'], id: string, incidentId: string): Finding => ({
    ...{ kind, alertId: id as AlertId, incidentId, target: 'attended', phase: 'breach' },
    at: after(60),
  });

  it('are joined only where one and the same alert is missing and spurious', () => {
    const apart = [
      finding('missing', 'x', 'INC-1'),
      finding('spurious', 'y', 'INC-2'),
      finding('late', 'x', 'INC-1'),
    ];
    expect(joinFindings(apart)).toEqual(apart);
    const moved = [...apart, finding('spurious', 'x', 'INC-3')];
    expect(joinFindings(moved)).toEqual([
      ...apart.slice(1),
      { ...finding('altered', 'x', 'INC-3'), fields: ['incidentId'] },
    ]);
  });
});

describe('the order in which facts came', () => {
  it('counts, not the one in which they are given', () => {
    const twice = incident('A').created(0, 'priority', { areaId: 'north' as AreaId });
    twice.updated(1, { areaId: 'south' as AreaId }).updated(2, { areaId: 'west' as AreaId });
    const came = twice.facts.map((fact, index) => ({
      fact: { ...fact, id: `f${index}` as FactId },
      arrivedAt: after(100 + index),
    }));
    const [one, two] = came;
    if (one === undefined || two === undefined) throw new Error('there are three');
    const onTwo = assess([one.fact, two.fact], policy, until).alerts.map((alert) => saidOf(alert));
    const look = (some: readonly Arrival[]) =>
      auditIncident(some, onTwo, { ...terms, lateOver: until }).findings;
    expect(look(came)).toEqual([]);
    expect(look(came.toReversed())).toEqual([]);
  });
});
