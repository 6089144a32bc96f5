import { PlaceFilters } from '../queue/filters.tsx';
import { picture } from '../state/room.ts';
import { Alarms } from './alarms.tsx';
import { AttainmentTable } from './attainment.tsx';
import { BacklogTable } from './backlog.tsx';
import { Feeds } from './feeds.tsx';

/** How the night goes as a whole. */
export function FiguresView() {
  const figures = picture.value?.figures;
  return (
    <div class="figures">
      <header class="figures-head">
        <PlaceFilters />
      </header>
      {figures === undefined ? (
        <p class="empty-title">The figures appear here as soon as the server is heard.</p>
      ) : (
        <>
          <BacklogTable backlog={figures.backlog} />
          <Feeds feeds={figures.feeds} />
          <AttainmentTable attainment={figures.attainment} />
          <Alarms alarms={figures.alarms} />
        </>
      )}
    </div>
  );
}
