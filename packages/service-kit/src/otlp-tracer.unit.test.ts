import { describe, expect, it } from 'vitest';
import { tracerThrough } from './otlp-tracer.ts';
import type { TracesConfiguration } from './tracing.ts';

type Processor = Parameters<typeof tracerThrough>[0];
type Ended = Parameters<Processor['onEnd']>[0];

const sampled = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const unsampled = sampled.replace(/01$/, '00');

function open(sampler: TracesConfiguration['sampler'], ratio = 1) {
  const ended: Ended[] = [];
  const processor: Processor = {
    onStart() {},
    onEnd: (span) => {
      ended.push(span);
    },
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const program = { service: 'breach-detector', deployment: 'rehearsal' };
  const tracer = tracerThrough(processor, { sampler, ratio, service: undefined }, program);
  const begin = (...from: Readonly<Record<string, string>>[]) =>
    tracer.begin({ operation: 'process', from, attributes: {} });
  return { tracer, ended, begin };
}

describe('a tracer', () => {
  it.each([
    ['parentbased_traceidratio', 0, sampled, true],
    ['parentbased_traceidratio', 1, unsampled, false],
    ['parentbased_always_off', 1, undefined, false],
    ['parentbased_always_on', 0, undefined, true],
    ['traceidratio', 0, sampled, false],
    ['always_on', 0, unsampled, true],
    ['always_off', 1, sampled, false],
  ] as const)('with %s of %d keeps what comes with %s: %s', (sampler, ratio, traceparent, kept) => {
    const { begin } = open(sampler, ratio);
    expect(begin(traceparent === undefined ? {} : { traceparent }) !== undefined).toBe(kept);
  });

  it('keeps the share of traces that it is told to', () => {
    const { begin } = open('parentbased_traceidratio', 0.25);
    const kept = Array.from({ length: 4_000 }, () => begin({})).filter(Boolean).length;
    expect(kept).toBeGreaterThan(800);
    expect(kept).toBeLessThan(1_200);
  });

  it('begins a new trace where what came cannot be read', () => {
    const { begin } = open('always_on');
    for (const traceparent of [
      '',
      'x',
      `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`,
      `ff${sampled.slice(2)}`,
    ]) {
      expect(begin({ traceparent })?.trace['traceparent']).toMatch(/^00-(?!a{32})[0-9a-f]{32}-/);
    }
  });

  it('carries on the state of other tracers, as far as the standard asks', () => {
    const { begin } = open('always_on');
    const tracestate = 'cad=1,other=2';
    expect(begin({ traceparent: sampled, tracestate })?.trace['tracestate']).toBe(tracestate);
    const long = `cad=${'1'.repeat(600)}`;
    expect(begin({ traceparent: sampled, tracestate: long })?.trace).not.toHaveProperty(
      'tracestate',
    );
  });

  it('links what comes of many to 32 of them, each once', () => {
    const { begin, ended } = open('always_on');
    const many = Array.from({ length: 100 }, (_, i) => ({
      traceparent: `00-${String(i + 1).padStart(32, '0')}-${'b'.repeat(16)}-01`,
    }));
    begin(...many, ...many)?.end();
    expect(ended[0]?.links).toHaveLength(32);
    expect(ended[0]?.spanContext().traceId).toBe(String(100).padStart(32, '0'));
  });

  it('says nothing that is not in the list, whatever it is given', () => {
    const { tracer, ended } = open('always_on');
    const sneaky = {
      topic: 't',
      offset: 7n,
      partition: 3,
      incidentId: { name: 'A. Person' },
      name: 'A. Person',
    };
    tracer.begin({ operation: 'process', from: [], attributes: sneaky as never })?.end('not-avro');
    expect(ended[0]?.name).toBe('process t');
    expect(ended[0]?.attributes).toEqual({
      'messaging.system': 'kafka',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 't',
      'messaging.destination.partition.id': '3',
      'messaging.kafka.offset': 7,
      'error.type': 'not-avro',
    });
    expect(ended[0]?.status).toEqual({ code: 2 });
    expect(ended[0]?.resource.attributes).toEqual({
      'service.name': 'breach-detector',
      'service.namespace': 'rehearsal',
    });
  });
});
