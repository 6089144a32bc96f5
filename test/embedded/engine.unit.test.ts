import type { AlertRecord } from '@vigil/domain/ledger/alert';
import { plus } from '@vigil/domain/time/instant';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../servers/until.ts';
import { attended, cad, closed, created, heartbeat, minutes } from './facts.ts';
import { type House, openHouse } from './house.ts';

let house: House;
afterEach(() => house.close());

const phases = (records: readonly { kind: string; phase: string }[]) =>
  records.map(({ kind, phase }) => (kind === 'alert' ? phase : `${kind} of ${phase}`));

describe('the services in one process', () => {
  it('raise a breach at the due instant plus grace when nobody attended', async () => {
    house = await openHouse({ start: minutes(0) });
    await house.deliver(created('INC-1', minutes(0)));
    await house.moveTo(minutes(61));
    const breach = house.ledger().find(({ phase }) => phase === 'breach') as AlertRecord;
    expect(breach).toMatchObject({
      at: minutes(60),
      raisedAt: plus(minutes(60), 2_000),
      confidence: 'confirmed',
      incidentId: 'INC-1',
    });
    expect(breach.late).toBeUndefined();
    expect(breach.facts).toMatchObject([{ topic: 'incident-created', offset: '0' }]);
    expect(house.openBreaches()).toEqual(['INC-1|child-priority-attendance']);
  });

  it('raise a breach when it is due, however seldom a consumer says that it is at the end', async () => {
    house = await openHouse({ start: minutes(0), caughtUpEveryMs: 3_600_000 });
    await house.append(created('INC-1', minutes(0)));
    await house.looksAgain(20);
    await house.moveTo(plus(minutes(60), 2_000), { settle: false });
    await until(() => house.ledger().some(({ phase }) => phase === 'breach'), {
      what: 'the breach',
      deadlineMs: 5_000,
    });
    expect(house.ledger().at(-1)).toMatchObject({
      ...{ phase: 'breach', at: minutes(60), raisedAt: plus(minutes(60), 2_000) },
      confidence: 'confirmed',
    });
  });

  it('take a breach back when proof of an attendance in time comes late', async () => {
    house = await openHouse({ start: minutes(0) });
    await house.deliver(created('INC-1', minutes(0)));
    await house.moveTo(minutes(75));
    await house.deliver(attended('INC-1', minutes(55)));
    expect(phases(house.ledger())).toEqual([
      'warning',
      'breach',
      'retraction of breach',
      'cleared',
    ]);
    expect(house.ledger()[2]).toMatchObject({ kind: 'retraction', reason: 'late-fact' });
    expect(house.ledger()[3]).toMatchObject({ at: minutes(55), late: 'late-fact' });
    expect(house.openBreaches()).toEqual([]);
  });

  it('say nothing twice when the working set forgets everything', async () => {
    house = await openHouse({ start: minutes(0) });
    await house.deliver(created('INC-1', minutes(0)));
    await house.deliver(created('INC-2', minutes(1)));
    await house.moveTo(minutes(70));
    await house.deliver(attended('INC-2', minutes(40)));
    const before = house.ledger().length;
    await house.loseWorkingSet();
    await house.moveTo(minutes(80));
    expect(house.ledger()).toHaveLength(before);
    await house.moveTo(minutes(121));
    expect(phases(house.ledger().slice(before))).toEqual(['escalation-1']);
  });

  it('say nothing twice when the publisher dies between publishing and noting it', async () => {
    house = await openHouse({ start: minutes(0), loseReplyAfterPublish: 1 });
    await house.deliver(created('INC-1', minutes(0)));
    await house.moveTo(minutes(61));
    expect(phases(house.ledger())).toEqual(['warning', 'breach']);
  });

  it('never take lag for an absence: what falls due waits for the topic that is behind', async () => {
    house = await openHouse({ start: minutes(0) });
    await house.deliver(created('INC-1', minutes(0)));
    await house.moveTo(minutes(44.5));
    house.stall('officer-attended');
    await house.append(attended('INC-2', minutes(44)));
    await house.moveTo(minutes(45.2), { settle: false });
    await house.looksAgain(5);
    expect(house.ledger()).toEqual([]);
    house.resume('officer-attended');
    await house.moveTo(minutes(45.3));
    expect(phases(house.ledger())).toEqual(['warning']);
  });

  it('take a topic for read in which nothing is left to read, though its consumer hangs', async () => {
    house = await openHouse({ start: minutes(0) });
    await house.deliver(created('INC-1', minutes(0)));
    house.stall('officer-attended');
    await house.moveTo(plus(minutes(45), 2_000), { settle: false });
    const warning = await until(() => house.ledger()[0], { what: 'it', deadlineMs: 5_000 });
    expect(warning).toMatchObject({ phase: 'warning', confidence: 'confirmed' });
  });

  it('say what the wall clock says, as provisional, when a topic stands still too long; and confirm it', async () => {
    house = await openHouse({ start: minutes(0) });
    await house.deliver(created('INC-1', minutes(0)));
    await house.moveTo(minutes(1));
    house.stall('officer-attended');
    await house.append(attended('INC-2', minutes(1)));
    await house.moveTo(minutes(62), { settle: false });
    const provisional = await until(() => house.ledger().find(({ phase }) => phase === 'breach'), {
      what: 'the provisional breach',
      deadlineMs: 5_000,
    });
    expect(provisional).toMatchObject({
      confidence: 'provisional',
      late: 'lag',
      hold: { cause: 'lag', on: 'officer-attended' },
    });
    house.resume('officer-attended');
    await house.moveTo(minutes(63));
    expect(phases(house.ledger())).toEqual([
      'warning',
      'breach',
      'confirmation of warning',
      'confirmation of breach',
    ]);
  });

  it('retract a provisional breach when the topic that was behind shows an attendance in time', async () => {
    house = await openHouse({ start: minutes(0) });
    await house.deliver(created('INC-1', minutes(0)));
    await house.moveTo(minutes(31));
    house.stall('officer-attended');
    await house.append(attended('INC-1', minutes(30)));
    await house.moveTo(minutes(62), { settle: false });
    await until(() => house.ledger().some(({ phase }) => phase === 'breach'), {
      what: 'the provisional breach',
      deadlineMs: 5_000,
    });
    house.resume('officer-attended');
    await house.moveTo(minutes(63));
    expect(house.standing()).toEqual([]);
  });

  it('tell a silent feed from a quiet night', { timeout: 30_000 }, async () => {
    house = await openHouse({ start: minutes(0), feeds: [{ source: cad, silentAfterMs: 90_000 }] });
    await house.deliver(created('INC-1', minutes(0)));
    for (let minute = 0; minute <= 50; minute++) await house.beat(heartbeat(minutes(minute)));
    await house.moveTo(minutes(62), { settle: false });
    const silent = await until(() => house.ledger().find(({ phase }) => phase === 'feed-silent'), {
      what: 'the feed to be said silent',
      deadlineMs: 15_000,
    });
    expect(silent).toMatchObject({ source: cad, lastHeard: minutes(50) });
    const breach = await until(() => house.ledger().find(({ phase }) => phase === 'breach'), {
      what: 'the provisional breach',
      deadlineMs: 5_000,
    });
    expect(breach).toMatchObject({ confidence: 'provisional', late: 'feed-silent' });
  });

  it('keep running clocks running when the policy changes, and withdraw what it no longer says', async () => {
    house = await openHouse({ start: minutes(0) });
    await house.deliver(created('INC-1', minutes(0)));
    await house.moveTo(minutes(50));
    await house.changePolicy((text) => text.replace('warnAt: 0.75', 'warnAt: 0.9'));
    await until(() => house.ledger().length === 2, { what: 'the retraction', deadlineMs: 5_000 });
    expect(phases(house.ledger())).toEqual(['warning', 'retraction of warning']);
    expect(house.ledger()[1]).toMatchObject({ reason: 'policy-change' });
    await house.moveTo(minutes(61));
    expect(phases(house.ledger()).slice(2)).toEqual(['warning', 'breach']);
  });

  it('put a fact of an incident that was retired aside, naming the incident', async () => {
    house = await openHouse({ start: minutes(0) });
    await house.deliver(created('INC-1', minutes(0)));
    await house.moveTo(minutes(10));
    await house.deliver(closed('INC-1', minutes(10)));
    await house.moveTo(minutes(36 * 24 * 60));
    await house.deliver(attended('INC-1', minutes(5)));
    expect(await house.deadLetters()).toMatchObject([{ reason: 'retired', incidentId: 'INC-1' }]);
  });

  it('put what cannot be read aside and go on', async () => {
    house = await openHouse({ start: minutes(0) });
    await house.appendBytes('incident-created', 'INC-9', Buffer.from('not a fact'));
    await house.deliver(created('INC-1', minutes(0)));
    await house.moveTo(minutes(46));
    expect(phases(house.ledger())).toEqual(['warning']);
    expect(await house.deadLetters()).toHaveLength(1);
  });
});
