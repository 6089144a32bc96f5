import type { AlertRecord, LedgerRecord, Severity } from '@vigil/domain/ledger/alert';
import { formatInstant } from '@vigil/domain/time/instant';
import type { HttpRequest } from './http-request.ts';
import type { Message, Summary } from './message.ts';

const severityOf: Readonly<Record<Severity, string>> = {
  low: 'info',
  medium: 'warning',
  high: 'error',
  critical: 'critical',
};
const summaryLength = 1_024;

/**
 * A message as an event of PagerDuty's Events API v2; none for what changes nothing there. One incident
 * and target is one alert: each phase triggers it again, its end resolves it.
 */
export function pagerDutyOf(
  { key, content }: Message,
  url: string,
  routingKey: string,
): HttpRequest | undefined {
  const event = eventOf(content, key);
  if (event === undefined) return undefined;
  const headers = { 'content-type': 'application/json' };
  return { url, headers, body: JSON.stringify({ routing_key: routingKey, ...event }) };
}

function eventOf(content: LedgerRecord | Summary, key: string): object | undefined {
  switch (content.kind) {
    case 'alert': {
      const subject = subjectOf(content);
      if (content.phase === 'cleared') return { event_action: 'resolve', dedup_key: subject };
      return trigger(
        subject,
        alertWords(content),
        severityOf[content.severity],
        content.forceId,
        content,
      );
    }
    case 'retraction': {
      const subject = subjectOf(content);
      if (content.phase === 'cleared') {
        const text = `Not ended after all: ${content.incidentId}, ${content.target}`;
        return trigger(subject, text, 'error', content.forceId, content);
      }
      // What an escalation escalates goes on without it.
      if (content.phase.startsWith('escalation')) return undefined;
      return { event_action: 'resolve', dedup_key: subject };
    }
    case 'confirmation':
      return undefined;
    case 'feed-alert': {
      if (content.phase === 'feed-heard')
        return { event_action: 'resolve', dedup_key: content.source };
      return trigger(
        content.source,
        `${content.source} is silent`,
        'critical',
        content.source,
        content,
      );
    }
    case 'objective-alert': {
      const subject = `${content.objective}|${content.forceId}`;
      if (content.phase === 'objective-recovered')
        return { event_action: 'resolve', dedup_key: subject };
      const text = `${content.objective}: attainment fell below the target in ${content.forceId}`;
      return trigger(subject, text, 'warning', content.forceId, content);
    }
    case 'summary': {
      const text = `${content.count} alerts in ${content.forces.join(', ')}: see the control room`;
      return trigger(key, text, 'critical', content.forces[0] ?? 'vigil', content);
    }
  }
}

function subjectOf({ incidentId, target }: { incidentId: string; target: string }): string {
  return `${incidentId}|${target}`;
}

function alertWords({ incidentId, target, phase, at, child, late }: AlertRecord): string {
  const who = child === 'involved' ? 'child, ' : child === 'unknown' ? 'possible child, ' : '';
  const found = late === undefined ? '' : `, found late (${late})`;
  return `${phase} ${target}: ${who}${incidentId}, since ${formatInstant(at)}${found}`;
}

function trigger(
  subject: string,
  text: string,
  severity: string,
  source: string,
  details: object,
): object {
  return {
    ...{ event_action: 'trigger', dedup_key: subject, client: 'Vigil' },
    payload: {
      ...{ summary: text.slice(0, summaryLength), source, severity, custom_details: details },
    },
  };
}
