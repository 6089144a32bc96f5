import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factSets, instants, policies } from '../../testing/facts-arbitrary.ts';
import { runs } from '../../testing/runs.ts';
import { assess } from '../assessment/assess.ts';
import { type Fact, type IncidentId, inputTopics, topicOf } from '../facts/fact.ts';
import type { Policy } from '../policy/policy.ts';
import { type Instant, plus } from '../time/instant.ts';
import { type AlertId, type AssessedAlert, alertIdOf } from './alert.ts';
import { type Arrival, assessAsKnown } from './as-known.ts';
import { auditIncident, joinFindings, type SaidAlert, type SaidRecord } from './audit.ts';

const arriving = (facts: readonly Fact[], late = 0): Arrival[] =>
  facts.map((fact, i) => ({ fact, arrivedAt: plus(fact.at, (i % 3) * late) }));

const terms = (policy: Policy, until: Instant, as: 'recorded' | 'known' = 'recorded') => ({
  ...{ policy, until, as },
  lateOver: 3_000,
});

function saidOf(alert: AssessedAlert, raisedAt: Instant = alert.at, revision = 1): SaidAlert {
  const { incidentId, target, phase, at, reason, ...particulars } = alert;
  return {
    ...{ kind: 'alert', place: 'ledger:1', alertId: alertIdOf(alert), revision, raisedAt },
    ...{ incidentId, target, phase, at, particulars },
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Everything that could be said, as it would stand on the topic. */
function lived(arrivals: readonly Arrival[], policy: Policy, until: Instant): SaidRecord[] {
  return assessAsKnown(arrivals, policy, until)
    .flatMap(({ alert, knownAt, retractedAt, revision }) => {
      const raised = { at: knownAt, record: saidOf(alert, knownAt, revision) as SaidRecord };
      if (retractedAt === undefined) return [raised];
      const { particulars: _, ...rest } = saidOf(alert, knownAt, revision);
      return [raised, { at: retractedAt, record: { ...rest, kind: 'retraction' } as SaidRecord }];
    })
    .sort((a, b) => a.at - b.at)
    .map(({ record }) => record);
}

const whole = fc.tuple(factSets, policies, instants);
const withAlerts = whole
  .map(([facts, policy, until]) => ({ facts, policy, until, ...assess(facts, policy, until) }))
  .filter(({ alerts }) => alerts.length > 0);

describe('an audit', () => {
  it('takes no alert for altered that was said while one topic was read less far than others', () => {
    const read = fc.tuple(fc.constantFrom(...inputTopics), fc.integer({ min: 1, max: 4 }));
    fc.assert(
      fc.property(withAlerts, read, ({ facts, policy, until, alerts }, [topic, missing]) => {
        const arrivals = facts.map((fact, index) => ({ fact, arrivedAt: plus(fact.at, index) }));
        const order = arrivals.toSorted((a, b) => a.arrivedAt - b.arrivedAt);
        const unread = order.filter(({ fact }) => topicOf[fact.type] === topic).slice(-missing);
        const some = order.filter((one) => !unread.includes(one)).map(({ fact }) => fact);
        const then = new Map(
          assess(some, policy, until).alerts.map((one) => [alertIdOf(one), one]),
        );
        const said = alerts.map((one) => saidOf(then.get(alertIdOf(one)) ?? one));
        const { findings } = auditIncident(arrivals, said, terms(policy, until));
        expect(findings.filter(({ kind }) => kind === 'altered')).toEqual([]);
      }),
      { numRuns: runs(1_000) },
    );
  });

  it('finds nothing where all was said, however late the facts came', () => {
    fc.assert(
      fc.property(whole, fc.constantFrom(0, 60_000, 3_600_000), ([facts, policy, until], late) => {
        const arrivals = arriving(facts, late).filter(({ arrivedAt }) => arrivedAt <= until);
        const said = lived(arrivals, policy, until);
        expect(auditIncident(arrivals, said, terms(policy, until, 'known')).findings).toEqual([]);
        const recorded = auditIncident(arrivals, said, terms(policy, until)).findings;
        expect(recorded.filter(({ kind }) => kind !== 'late')).toEqual([]);
      }),
      { numRuns: runs(1_000) },
    );
  });

  it('finds one that was not said', () => {
    fc.assert(
      fc.property(withAlerts, fc.nat(), ({ facts, policy, until, alerts }, n) => {
        const gone = alerts[n % alerts.length];
        const said = alerts.filter((alert) => alert !== gone).map((alert) => saidOf(alert));
        const { findings } = auditIncident(arriving(facts), said, terms(policy, until));
        expect(findings).toMatchObject([{ kind: 'missing', at: gone?.at, phase: gone?.phase }]);
      }),
    );
  });

  it('finds one that was invented, said twice, or withdrawn without cause', () => {
    fc.assert(
      fc.property(withAlerts, fc.nat(), ({ facts, policy, until, alerts }, n) => {
        const all = alerts.map((alert) => saidOf(alert));
        const one = all[n % all.length];
        if (one === undefined) throw new Error('there is at least one');
        const find = (said: readonly SaidRecord[]) =>
          auditIncident(arriving(facts), said, terms(policy, until)).findings;
        const invented = { ...one, target: 'nobody’s', alertId: 'x' as AlertId };
        expect(find([...all, invented])).toMatchObject([{ kind: 'spurious', alertId: 'x' }]);
        expect(find([...all, one])).toMatchObject([{ kind: 'said-twice', alertId: one.alertId }]);
        const { particulars: _, ...rest } = one;
        const back: SaidRecord = { ...rest, kind: 'retraction', place: 'ledger:9' };
        expect(find([...all, back])).toMatchObject([{ kind: 'missing', place: 'ledger:9' }]);
        expect(find([back, ...all])).toMatchObject([{ kind: 'stray' }]);
      }),
    );
  });

  it('finds what was altered, and names it', () => {
    fc.assert(
      fc.property(withAlerts, fc.nat(), ({ facts, policy, until, alerts }, n) => {
        const all = alerts.map((alert) => saidOf(alert));
        const place = n % all.length;
        const alter = (change: Partial<SaidAlert>) =>
          auditIncident(
            arriving(facts),
            all.map((one, i) => (i === place ? { ...one, ...change } : one)),
            terms(policy, until),
          ).findings;
        const at = plus(all[place]?.at ?? until, -1);
        expect(alter({ at })).toMatchObject([{ kind: 'altered', fields: ['at'] }]);
        expect(alter({ alertId: 'x' as AlertId })).toMatchObject([{ fields: ['alertId'] }]);
        const particulars = { ...all[place]?.particulars, forceId: 'elsewhere' as never };
        expect(alter({ particulars })).toMatchObject([{ kind: 'altered', fields: ['forceId'] }]);
      }),
    );
  });

  it('takes one moved to another incident for one altered record', () => {
    const at = 0 as Instant;
    const one = { alertId: 'x' as AlertId, target: 't', phase: 'breach', at };
    const joined = joinFindings([
      { ...one, kind: 'missing', incidentId: 'INC-1' },
      { ...one, kind: 'spurious', incidentId: 'INC-2', place: 'ledger:7' },
    ]);
    expect(joined).toEqual([
      { ...one, kind: 'altered', incidentId: 'INC-2', place: 'ledger:7', fields: ['incidentId'] },
    ]);
  });

  it('counts lateness from when the facts were there, and lets one say why', () => {
    fc.assert(
      fc.property(withAlerts, ({ facts, policy, until, alerts }) => {
        const late = alerts.map((alert) => saidOf(alert, plus(alert.at, 10_000)));
        const found = auditIncident(arriving(facts), late, terms(policy, until));
        expect(found.findings.map(({ kind, lateMs }) => [kind, lateMs])).toEqual(
          alerts.map(() => ['late', 10_000]),
        );
        const saying = late.map((one): SaidAlert => ({ ...one, late: 'outage' }));
        const excused = auditIncident(arriving(facts), saying, terms(policy, until));
        expect(excused.findings).toEqual([]);
        expect(excused.late.get('outage')).toBe(alerts.length);
        const known = arriving(facts).map((one) => ({ ...one, arrivedAt: plus(one.arrivedAt, 0) }));
        expect(auditIncident(known, [], terms(policy, until)).expected).toBe(alerts.length);
      }),
    );
  });

  it('knows an incident from what was said of it alone', () => {
    fc.assert(
      fc.property(withAlerts, ({ policy, until, alerts }) => {
        const said = alerts.map((alert) => saidOf({ ...alert, incidentId: 'INC-9' as IncidentId }));
        const { findings } = auditIncident([], said, terms(policy, until));
        expect(findings.every(({ kind }) => kind === 'spurious')).toBe(true);
        expect(findings).toHaveLength(alerts.length);
      }),
    );
  });
});
