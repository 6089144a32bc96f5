import type { Connection, Figures, Notice, QueueRow } from '@vigil/control-room/api/model';
import type { StreamEvent } from '../connection/stream.ts';

/** What the server has told, all of it. */
export interface Picture {
  readonly rows: ReadonlyMap<string, QueueRow>;
  /** Newest first. */
  readonly notices: readonly Notice[];
  readonly connection: Connection;
  readonly figures: Figures;
}

/** More are not read by anybody; the ledger has them all. */
const noticesKept = 200;

/**
 * The picture after a batch of events in their order. Before the first snapshot there is none, and what
 * comes before it says nothing.
 */
export function applyEvents(
  before: Picture | undefined,
  events: readonly StreamEvent[],
): Picture | undefined {
  let picture = before;
  let rows: Map<string, QueueRow> | undefined;
  for (const event of events) {
    if (event.kind === 'snapshot') {
      const { value } = event;
      rows = new Map(value.rows.map((row) => [row.id, row]));
      picture = { ...value, rows, notices: newest([], value.notices) };
    } else if (picture !== undefined) {
      switch (event.kind) {
        case 'rows':
          rows ??= new Map(picture.rows);
          for (const row of event.value.changed) rows.set(row.id, row);
          for (const id of event.value.gone) rows.delete(id);
          picture = { ...picture, rows };
          break;
        case 'notices':
          picture = { ...picture, notices: newest(picture.notices, event.value) };
          break;
        case 'figures':
          picture = { ...picture, figures: event.value };
          break;
        case 'connection':
          picture = { ...picture, connection: event.value };
          break;
        case 'clock':
        case 'raised':
          break;
      }
    }
  }
  return picture;
}

/** A notice comes again after a reconnection: its id tells. */
function newest(known: readonly Notice[], more: readonly Notice[]): readonly Notice[] {
  const byId = new Map([...known, ...more].map((notice) => [notice.id, notice]));
  return [...byId.values()].sort((a, b) => b.at - a.at).slice(0, noticesKept);
}
