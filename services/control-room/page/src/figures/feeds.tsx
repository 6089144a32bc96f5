import type { Feeds as FeedFigures } from '@vigil/control-room/api/model';
import { now, wall } from '../state/room.ts';
import { lengthOf } from '../words/times.ts';
import { ScrollTable } from './scroll-table.tsx';

/** Whether the sources are heard and the topics read: silence is not good news. */
export function Feeds({ feeds }: { feeds: FeedFigures }) {
  return (
    <section class="panel" aria-labelledby="feeds-title">
      <h2 id="feeds-title">Feeds</h2>
      <p class="hint">A feed that has stopped looks like a quiet night.</p>
      <ScrollTable label="Sources">
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Heard</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {feeds.sources.length === 0 && (
            <tr>
              <td colSpan={3}>The policy watches no source: its silence would go unnoticed.</td>
            </tr>
          )}
          {feeds.sources.map(({ source, heardAt, silent, silentAfterMs }) => (
            <tr key={source}>
              <th scope="row" class="source">
                {source}
              </th>
              <td class="number">
                {heardAt === null ? 'never' : wall.value.when(heardAt, now.value)}
              </td>
              <td>
                {silent ? <strong class="bad">▲ silent</strong> : '● heard'}
                <small>silent after {lengthOf(silentAfterMs)}</small>
              </td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
      <ScrollTable label="Topics">
        <thead>
          <tr>
            <th scope="col">Topic</th>
            <th scope="col">Not yet read</th>
            <th scope="col">Behind</th>
          </tr>
        </thead>
        <tbody>
          {feeds.topics.map(({ topic, lagRecords, lagMs }) => (
            <tr key={topic}>
              <th scope="row">{topic}</th>
              <td class="number">{lagRecords === null ? 'not known' : lagRecords}</td>
              <td class="number">{lagMs === null ? 'not known' : seconds(lagMs)}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
    </section>
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
