import { describe, expect, it } from 'vitest';
import { after } from '../../testing/history.ts';
import type { ForceId, IncidentId, SourceId } from '../facts/fact.ts';
import { alertIdOf, feedAlertIdOf, objectiveAlertIdOf } from './alert.ts';

const at = after(60);

// Each is what Python's uuid.uuid5 makes of the parts, one a line.
describe('the id of an alert', () => {
  it('is the UUIDv5 of incident, target, phase and instant', () => {
    const incidentId = 'INC-1' as IncidentId;
    expect(alertIdOf({ incidentId, target: 'child-priority', phase: 'breach', at })).toBe(
      'aa5e6bd9-7e1b-523a-98ba-49a3d86bdc52',
    );
  });

  it('about a feed is that of source, phase and instant', () => {
    const source = 'urn:police:example:cad' as SourceId;
    expect(feedAlertIdOf({ source, phase: 'feed-silent', at })).toBe(
      '0d984776-0615-5734-862f-7494aaa422da',
    );
  });

  it('about an objective is that of objective, force, phase and instant', () => {
    const of = { objective: 'within-the-hour', forceId: 'example' as ForceId };
    expect(objectiveAlertIdOf({ ...of, phase: 'objective-missed', at })).toBe(
      'f8034773-62fc-566c-b69c-2c7149061472',
    );
  });
});
