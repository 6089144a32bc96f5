import type { AlarmFigures } from '@vigil/control-room/api/model';
import { lengthOf } from '../words/times.ts';
import { percent } from './attainment.tsx';
import { RateChart } from './rate-chart.tsx';

/** The alarms looked at as one system (EEMUA 191, ISA-18.2): too many, and none is heard. */
export function Alarms({ alarms }: { alarms: AlarmFigures }) {
  const { severities } = alarms;
  const high = (severities.critical ?? 0) + (severities.high ?? 0);
  return (
    <section class="panel panel-wide" aria-labelledby="alarms-title">
      <h2 id="alarms-title">The alarms themselves</h2>
      <p class="hint">
        For {alarms.operators} {alarms.operators === 1 ? 'operator' : 'operators'}, as EEMUA 191 and
        ISA-18.2 look at alarms: more than one in ten minutes wears people out, more than ten cannot
        be answered.
      </p>
      {alarms.floodNow && (
        <p class="flood">
          <strong>▲ Flood:</strong> more alarms are coming now than can be answered. Take the worst
          first, from the top of the queue.
        </p>
      )}
      <dl class="tiles">
        <Tile
          name="Last hour"
          value={alarms.rateLastHour.toFixed(1)}
          wanted="at most 1 in 10 min for each"
          good={alarms.rateLastHour <= 1}
        />
        <Tile
          name="Last 24 hours"
          value={alarms.rateLastDay.toFixed(1)}
          wanted="at most 1 in 10 min for each"
          good={alarms.rateLastDay <= 1}
        />
        <Tile
          name="Floods"
          value={String(alarms.floods)}
          wanted="none in 24 h"
          good={alarms.floods === 0}
        />
        <Tile
          name="High / medium / low"
          value={`${percent0(high)} / ${percent0(severities.medium ?? 0)} / ${percent0(severities.low ?? 0)}`}
          wanted="about 5 / 15 / 80 %"
          good={high <= 0.1}
        />
        <Tile
          name="Standing over a day"
          value={String(alarms.stale)}
          wanted="none"
          good={alarms.stale === 0}
        />
        <Tile
          name="Until acknowledged"
          value={
            alarms.medianToAcknowledgeMs === null ? '–' : lengthOf(alarms.medianToAcknowledgeMs)
          }
          wanted="median over 24 h"
        />
        <Tile name="Unanswered now" value={String(alarms.unacknowledged)} wanted="none for long" />
        <Tile name="Silenced now" value={String(alarms.shelved)} wanted="few, with a reason" />
      </dl>
      <RateChart perTenMinutes={alarms.perTenMinutes} operators={alarms.operators} />
    </section>
  );
}

interface TileProps {
  readonly name: string;
  readonly value: string;
  readonly wanted: string;
  /** Absent where there is no telling. */
  readonly good?: boolean;
}

function Tile({ name, value, wanted, good }: TileProps) {
  return (
    <div class={good === false ? 'tile tile-bad' : 'tile'}>
      <dt>{name}</dt>
      <dd>
        <strong>
          {good === false && <span aria-hidden="true">▲ </span>}
          {value}
        </strong>
        <small>
          {good === false ? 'more than wanted: ' : ''}
          {wanted}
        </small>
      </dd>
    </div>
  );
}

function percent0(share: number): string {
  return percent(Math.round(share * 100) / 100).replace(' %', '');
}
