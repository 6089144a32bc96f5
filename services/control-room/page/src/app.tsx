import { AcknowledgeDialog } from './actions/acknowledge.tsx';
import { asking } from './actions/ask.ts';
import { HelpDialog } from './actions/help.tsx';
import { SilenceDialog } from './actions/silence.tsx';
import { FiguresView } from './figures/figures-view.tsx';
import { Banners } from './header/connection-state.tsx';
import { Header, viewWords } from './header/header.tsx';
import { Notices } from './notices.tsx';
import { QueueView } from './queue/queue-view.tsx';
import { assertive, polite } from './state/attention.ts';
import { place } from './state/place.ts';
import { StoryPanel } from './story/story-panel.tsx';

/** The whole page: the view that the address says, and beside it a story or the notices. */
export function App() {
  const { view, incident } = place.value;
  const beside = incident !== undefined ? 'story' : view === 'queue' ? 'notices' : 'nothing';
  return (
    <>
      <div class={`page page-beside-${beside}`}>
        <Header />
        <Banners />
        <main class="main">
          <h1 class="unseen">{viewWords[view]}</h1>
          <div class="view">
            {view === 'queue' && <QueueView />}
            {view === 'figures' && <FiguresView />}
            {view === 'notices' && <Notices />}
          </div>
          {beside !== 'nothing' && (
            <div class="beside">
              {incident === undefined ? <Notices /> : <StoryPanel incidentId={incident} />}
            </div>
          )}
        </main>
      </div>
      <Asked />
      <div class="unseen" aria-live="polite">
        {polite.value}
      </div>
      <div class="unseen" aria-live="assertive">
        {assertive.value}
      </div>
    </>
  );
}

function Asked() {
  const { value: asked } = asking;
  if (asked === undefined) return null;
  if (asked.kind === 'help') return <HelpDialog />;
  if (asked.kind === 'silence') return <SilenceDialog row={asked.row} />;
  return <AcknowledgeDialog row={asked.row} />;
}
