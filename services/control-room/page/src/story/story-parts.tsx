import type { Story } from '@vigil/control-room/api/model';
import type { ComponentChildren } from 'preact';
import { wall } from '../state/room.ts';
import { readable } from '../words/terms.ts';

interface PartProps {
  readonly title: string;
  readonly none: string;
  readonly count: number;
  readonly children: ComponentChildren;
}

function Part({ title, none, count, children }: PartProps) {
  return (
    <section class="story-part">
      <h3>{title}</h3>
      {count === 0 ? <p class="hint">{none}</p> : <ol class="story-list">{children}</ol>}
    </section>
  );
}

function At({ at, now }: { at: number; now: number }) {
  return <time dateTime={new Date(at).toISOString()}>{wall.value.when(at, now)}</time>;
}

interface Dated {
  readonly now: number;
}

export function ClockList({ clocks, now }: Dated & Pick<Story, 'clocks'>) {
  return (
    <Part title="Clocks" none="No clock has begun." count={clocks.length}>
      {clocks.map(({ target, beginAt, dueAt, reachedAt, text }) => (
        <li key={`${target} ${beginAt}`}>
          {(reachedAt ?? dueAt) === undefined ? (
            <span />
          ) : (
            <At at={reachedAt ?? dueAt ?? 0} now={now} />
          )}
          <div>
            <strong>{readable(target)}</strong>
            <p>{text}</p>
          </div>
        </li>
      ))}
    </Part>
  );
}

export function AlertList({ alerts, now }: Dated & Pick<Story, 'alerts'>) {
  return (
    <Part title="Alerts, and why" none="No alert has been raised." count={alerts.length}>
      {alerts.map(({ alertId, at, phase, severity, standing, text }) => (
        <li key={alertId} class={standing ? '' : 'withdrawn'}>
          <At at={at} now={now} />
          <div>
            <strong>
              {readable(phase)}
              {severity === undefined ? '' : ` · ${severity}`}
              {standing ? '' : ' · withdrawn'}
            </strong>
            <p>{text}</p>
          </div>
        </li>
      ))}
    </Part>
  );
}

export function ActionList({ actions, now }: Dated & Pick<Story, 'actions'>) {
  if (actions.length === 0) return null;
  return (
    <Part title="What people did" none="" count={actions.length}>
      {actions.map(({ at, kind, by, text }) => (
        <li key={`${at} ${kind} ${by}`}>
          <At at={at} now={now} />
          <div>
            <strong>
              {readable(kind)} by {by}
            </strong>
            <p>{text}</p>
          </div>
        </li>
      ))}
    </Part>
  );
}

export function FactList({ facts, now }: Dated & Pick<Story, 'facts'>) {
  return (
    <Part title="Facts" none="Nothing has been heard of it." count={facts.length}>
      {facts.map(({ id, source, at, type, text, position }) => (
        <li key={`${source} ${id}`}>
          <At at={at} now={now} />
          <div>
            <strong>{readable(type)}</strong>
            <p>{text}</p>
            <p class="hint source">
              {source}
              {position !== undefined &&
                ` · ${position.topic} ${position.partition}/${position.offset}`}
            </p>
          </div>
        </li>
      ))}
    </Part>
  );
}
