import { traceThrough } from '@vigil/deployment/traced';
import { tracerThrough } from '@vigil/service-kit/otlp-tracer';
import { carriedBy } from '@vigil/service-kit/tracing';
import { afterEach, expect, it } from 'vitest';
import { attended, created, minutes, nine } from './facts.ts';
import { type House, openHouse } from './house.ts';

type Processor = Parameters<typeof tracerThrough>[0];
type Ended = Parameters<Processor['onEnd']>[0];

const houses: House[] = [];
afterEach(async () => {
  await Promise.all(houses.splice(0).map((house) => house.close()));
});

/** The services with every span that they end. */
async function openTraced(sampler: 'parentbased_always_off' | 'always_on', loseReply = 0) {
  const spans: Ended[] = [];
  const processor: Processor = {
    onStart() {},
    onEnd: (span) => {
      spans.push(span);
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const program = { service: 'test', deployment: 'test' };
  const tracer = tracerThrough(processor, { sampler, ratio: 1, service: undefined }, program);
  const house = await openHouse({
    ...{ start: nine, tracing: traceThrough(tracer), loseReplyAfterPublish: loseReply },
  });
  houses.push(house);
  const named = (name: string): Ended[] => spans.filter((span) => span.name === name);
  return { house, spans, named };
}

const trace = (digit: string): string => digit.repeat(32);
const parent = (digit: string): string => `00-${trace(digit)}-${digit.repeat(16)}-01`;
const parentOf = (span: Ended): string | undefined => span.parentSpanContext?.spanId;
const idOf = (span: Ended | undefined): string | undefined => span?.spanContext().spanId;
const linksOf = (span: Ended | undefined): readonly string[] =>
  span?.links.map(({ context }) => context.traceId) ?? [];

it('carries the trace of a fact to the alert that falls due by a timer an hour later', async () => {
  const { house, named } = await openTraced('parentbased_always_off');
  await house.deliver(created('INC-1', nine), { traceparent: parent('a'), tracestate: 'cad=1' });
  await house.moveTo(minutes(61));

  const [process] = named('process incident-created');
  expect(process?.spanContext().traceId).toBe(trace('a'));
  expect(process?.parentSpanContext?.spanId).toBe('a'.repeat(16));
  const [warned, breached] = house.ledgerRecords().map(({ headers }) => carriedBy(headers));
  const decisions = named('decide');
  const publications = named('publish attendance-alerts');
  for (const [i, carried] of [warned, breached].entries()) {
    expect(parentOf(decisions[i] as Ended)).toBe(idOf(process));
    expect(parentOf(publications[i] as Ended)).toBe(idOf(decisions[i]));
    expect(carried?.['traceparent']).toBe(`00-${trace('a')}-${idOf(publications[i])}-01`);
    expect(carried?.['tracestate']).toBe('cad=1');
  }
  expect(publications[1]?.attributes).toMatchObject({
    'vigil.incident.id': 'INC-1',
    'messaging.destination.name': 'attendance-alerts',
  });
});

it('follows what was said to the last fact, and is linked to those before it', async () => {
  const { house, named } = await openTraced('parentbased_always_off');
  await house.deliver(created('INC-1', nine), { traceparent: parent('a') });
  await house.moveTo(minutes(61));
  await house.deliver(attended('INC-1', minutes(61)), { traceparent: parent('b') });
  await house.moveTo(minutes(62));

  const last = named('decide').at(-1);
  expect(last?.spanContext().traceId).toBe(trace('b'));
  expect(linksOf(last)).toEqual([trace('a')]);
  expect(idOf(named('process officer-attended')[0])).toBe(last?.parentSpanContext?.spanId);
});

it('keeps nothing of a trace that is not sampled, nor of one that cannot be read', async () => {
  const { house, spans } = await openTraced('parentbased_always_off');
  const unsampled = parent('a').replace(/01$/, '00');
  await house.deliver(created('INC-1', nine), { traceparent: unsampled });
  await house.deliver(created('INC-2', nine), { traceparent: 'not-a-trace' });
  await house.deliver(created('INC-3', nine));
  await house.moveTo(minutes(61));

  expect(spans).toEqual([]);
  expect(house.ledgerRecords()).toHaveLength(6);
  for (const { headers } of house.ledgerRecords()) expect(carriedBy(headers)).toEqual({});
});

it('begins a trace for a fact that brings none, when these are sampled', async () => {
  const { house, named } = await openTraced('always_on');
  await house.deliver(created('INC-1', nine));
  await house.moveTo(minutes(61));
  const [process] = named('process incident-created');
  expect(process?.parentSpanContext).toBeUndefined();
  const traces = named('publish attendance-alerts').map((span) => span.spanContext().traceId);
  expect(traces).toEqual([process?.spanContext().traceId, process?.spanContext().traceId]);
});

it('says the same, whether it traces or not, though its working set is lost and an answer too', async () => {
  const story = async (house: House): Promise<void> => {
    for (let i = 0; i < 12; i++) {
      await house.deliver(
        { ...created('INC-1', nine), id: `f-${i}` as never },
        { traceparent: parent((i + 3).toString(16)) },
      );
    }
    await house.moveTo(minutes(45));
    await house.loseWorkingSet();
    await house.moveTo(minutes(61));
    await house.deliver({ ...attended('INC-1', minutes(30)), id: 'late' as never });
  };
  const plain = await openHouse({ start: nine, loseReplyAfterPublish: 1 });
  houses.push(plain);
  const { house: traced } = await openTraced('always_on', 1);
  await story(plain);
  await story(traced);

  const said = ({ ledger }: House) => ledger().map(({ kind, alertId }) => [kind, alertId]);
  expect(said(traced)).toEqual(said(plain));
  expect(said(traced).map(([kind]) => kind)).toContain('retraction');
});

it('says of a record that cannot be taken in why it was not', async () => {
  const { house, named } = await openTraced('always_on');
  await house.appendBytes('officer-attended', 'INC-1', Buffer.from('not a fact'));
  await house.deliver(created('INC-1', nine));
  const [process] = named('process officer-attended');
  expect(process?.attributes['error.type']).toBe('not-a-cloud-event');
});
