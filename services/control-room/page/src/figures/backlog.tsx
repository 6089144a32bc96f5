import type { Backlog } from '@vigil/control-room/api/model';
import { type BacklogLine, backlogByForce } from '../state/backlog.ts';
import { place } from '../state/place.ts';
import { now } from '../state/room.ts';
import { lengthOf } from '../words/times.ts';
import { ScrollTable } from './scroll-table.tsx';

/** What is open and still wants somebody, and how long the oldest of each has waited. */
export function BacklogTable({ backlog }: { backlog: Backlog }) {
  const lines = backlogByForce(backlog, place.value.filters);
  return (
    <section class="panel" aria-labelledby="backlog-title">
      <h2 id="backlog-title">Backlog</h2>
      <p class="hint">Open incidents, whatever their target, and the age of the oldest.</p>
      {lines.length === 0 ? (
        <p>No incident is open. Forces appear here with what they have waiting.</p>
      ) : (
        <ScrollTable label="Backlog by force">
          <thead>
            <tr>
              <th scope="col">Force</th>
              <th scope="col">Unattended</th>
              <th scope="col">With a child</th>
              <th scope="col">Unallocated</th>
              <th scope="col">Caller not contacted</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.forceId}>
                <th scope="row">{line.forceId}</th>
                <Waiting count={line.unattended} />
                <td class="number">{line.children.toLocaleString('en-GB')}</td>
                <Waiting count={line.unallocated} />
                <Waiting count={line.uncontacted} />
              </tr>
            ))}
          </tbody>
        </ScrollTable>
      )}
    </section>
  );
}

function Waiting({ count: { count, oldestAt } }: { count: BacklogLine['unattended'] }) {
  return (
    <td class="number">
      {count.toLocaleString('en-GB')}
      {oldestAt !== null && <small>oldest {lengthOf(Math.max(0, now.value - oldestAt))}</small>}
    </td>
  );
}
