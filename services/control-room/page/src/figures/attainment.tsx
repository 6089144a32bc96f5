import type { Attainment } from '@vigil/control-room/api/model';
import { place } from '../state/place.ts';
import { readable } from '../words/terms.ts';
import { lengthOf } from '../words/times.ts';
import { ScrollTable } from './scroll-table.tsx';

type Line = Attainment[number];

/** Attainment against target by force and area, over each window: a bar, with a line at the target. */
export function AttainmentTable({ attainment }: { attainment: Attainment }) {
  const { force, area } = place.value.filters;
  const lines = attainment.filter(
    (line) =>
      (force === undefined || line.forceId === force) &&
      (area === undefined || line.areaId === undefined || line.areaId === area),
  );
  const objectives = Map.groupBy(lines, ({ objective }) => objective);
  return (
    <section class="panel panel-wide" aria-labelledby="attainment-title">
      <h2 id="attainment-title">Attainment against target</h2>
      <p class="hint">
        Share of incidents reached in time; one still waiting counts as missed once it is overdue.
        The upright line is the target.
      </p>
      {lines.length === 0 && (
        <p>Nothing has been counted yet: an incident counts when it is reached or falls due.</p>
      )}
      {[...objectives].map(([objective, ofObjective]) => (
        <Objective key={objective} name={objective} lines={ofObjective} />
      ))}
    </section>
  );
}

function Objective({ name, lines }: { name: string; lines: readonly Line[] }) {
  const [first] = lines;
  if (first === undefined) return null;
  const sorted = [...lines].sort(
    (a, b) => a.forceId.localeCompare(b.forceId) || (a.areaId ?? '').localeCompare(b.areaId ?? ''),
  );
  return (
    <>
      <h3>
        {readable(name)} <small>target {percent(first.target)}</small>
      </h3>
      <ScrollTable label={`${readable(name)}, by force and area`}>
        <thead>
          <tr>
            <th scope="col">Force and area</th>
            {first.windows.map(({ lengthMs }) => (
              <th scope="col" key={lengthMs}>
                last {lengthOf(lengthMs)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((line) => (
            <tr
              key={`${line.forceId} ${line.areaId}`}
              class={line.areaId === undefined ? 'whole' : ''}
            >
              <th scope="row">{areaWords(line)}</th>
              {line.windows.map((window) => (
                <td key={window.lengthMs}>
                  <Share window={window} target={line.target} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </>
  );
}

function Share({ window, target }: { window: Line['windows'][number]; target: number }) {
  const { attainment, within, missed, medianMs, p90Ms } = window;
  if (attainment === null) return <span class="hint">none yet</span>;
  const met = attainment >= target;
  return (
    <div class={met ? 'share' : 'share share-below'}>
      <p class="share-figure">
        <strong>{percent(attainment)}</strong>
        <span>{met ? '' : '▼ below'}</span>
      </p>
      <div class="share-bar" aria-hidden="true">
        <span class="share-part" style={{ width: `${(attainment * 100).toFixed(1)}%` }} />
        <span class="share-target" style={{ left: `${(target * 100).toFixed(1)}%` }} />
      </div>
      <p class="hint">
        {within} of {within + missed} in time
      </p>
      {medianMs !== null && p90Ms !== null && (
        <p class="hint">
          <abbr title="Half were reached in this time">median</abbr> {lengthOf(medianMs)} ·{' '}
          <abbr title="Nine in ten were reached in this time">p90</abbr> {lengthOf(p90Ms)}
        </p>
      )}
    </div>
  );
}

export function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

function areaWords({ forceId, areaId }: Line): string {
  if (areaId === undefined) return `${forceId}, all areas`;
  return areaId === '' ? 'without an area' : areaId;
}
