import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDeliveries } from './deliveries.ts';

const example = new URL('../../../infra/deliveries.example.yaml', import.meta.url);

describe('a file of deliveries', () => {
  it('is taken as the example has it', () => {
    const { receivers, routes } = parseDeliveries(readFileSync(example, 'utf8'), 'example');
    expect(receivers.map(({ kind }) => kind)).toEqual(['alertmanager', 'pagerduty', 'webhook']);
    expect(routes.length).toBeGreaterThan(2);
  });

  it('is refused with everything that is wrong, and where', () => {
    const text = `receivers:
  - { name: desk, kind: webhook, url: 'http://hooks.example', secrets: [{ env: SECRET }] }
routes:
  - { receiver: desk, phases: [overdue] }
`;
    expect(() => parseDeliveries(text, 'd.yaml')).toThrow(
      'd.yaml:2: receivers[0].url must be https, but for this machine\n' +
        'd.yaml:4: routes[0].phases[0] must be warning, breach, escalation-N or cleared',
    );
  });

  it('is refused when a name leads nowhere, is there twice, or nothing leads to it', () => {
    const text = `receivers:
  - { name: a, kind: alertmanager, url: 'http://127.0.0.1:9093' }
  - { name: a, kind: alertmanager, url: 'http://127.0.0.1:9094' }
  - { name: b, kind: alertmanager, url: 'http://127.0.0.1:9095' }
routes:
  - { receiver: a }
  - { receiver: c }
`;
    expect(() => parseDeliveries(text, 'd.yaml')).toThrow(
      'd.yaml:3: receivers[1].name is the name of another receiver\n' +
        'd.yaml:4: receivers[2].name has no route: nothing would reach it\n' +
        'd.yaml:7: routes[1].receiver is not the name of a receiver',
    );
  });

  it('has no place for a secret itself', () => {
    const text = `receivers:
  - { name: a, kind: webhook, url: 'https://hooks.example', secrets: [whsec_abc] }
routes: [{ receiver: a }]
`;
    expect(() => parseDeliveries(text, 'd.yaml')).toThrow(/receivers\[0\]\.secrets\[0\]/);
    expect(() => parseDeliveries(text, 'd.yaml')).not.toThrow(/whsec_abc/);
  });
});
