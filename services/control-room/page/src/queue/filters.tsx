import { useComputed } from '@preact/signals';
import { alarmStates } from '@vigil/control-room/api/model';
import { childInvolvements, grades } from '@vigil/domain/facts/fact';
import type { FilterName } from '../state/address.ts';
import { countFilters, optionsOf } from '../state/filter.ts';
import { clearFilters, filterBy, place } from '../state/place.ts';
import { hidden, picture } from '../state/room.ts';
import {
  alarmWords,
  childWords,
  gradeWords,
  isOverdue,
  needsAnswer,
  readable,
} from '../words/terms.ts';

/** Everything that the queue can be narrowed by; what is chosen stands in the address. */
export function FilterBar() {
  const set = countFilters(place.value.filters);
  return (
    <search class="filters">
      <label>
        <span class="unseen">Find an incident by its number</span>
        <input
          id="filter-text"
          type="search"
          autocomplete="off"
          spellcheck={false}
          placeholder="Find incident /"
          value={place.value.filters.text ?? ''}
          onInput={({ currentTarget }) => filterBy('text', currentTarget.value)}
        />
      </label>
      <details class="filter-more" open={!window.matchMedia('(max-width: 760px)').matches}>
        <summary>Filters{set > 0 ? ` (${set})` : ''}</summary>
        <div class="filter-choices">
          <PlaceFilters />
          <Choice name="grade" label="Grade" all="All grades" values={grades} words={gradeWords} />
          <TargetFilter />
          <Choice
            name="child"
            label="Child"
            all="Child or not"
            values={childInvolvements}
            words={childWords}
          />
          <Choice
            name="alarm"
            label="Alarm"
            all="All alarms"
            values={alarmStates}
            words={alarmWords}
          />
        </div>
      </details>
      {set > 0 && <HiddenByFilters />}
    </search>
  );
}

/** By force and area: what the figures can be narrowed by, too. */
export function PlaceFilters() {
  const { force, area } = useOptions();
  return (
    <>
      <Choice name="force" label="Force" all="All forces" values={force} />
      <Choice name="area" label="Area" all="All areas" values={area} />
    </>
  );
}

function TargetFilter() {
  const { target } = useOptions();
  const words = Object.fromEntries(target.map((name) => [name, readable(name)]));
  return <Choice name="target" label="Target" all="All targets" values={target} words={words} />;
}

function useOptions() {
  const options = useComputed(() =>
    optionsOf(picture.value?.rows.values() ?? [], place.value.filters),
  );
  return options.value;
}

interface ChoiceProps {
  readonly name: FilterName;
  readonly label: string;
  readonly all: string;
  readonly values: readonly string[];
  readonly words?: Readonly<Record<string, string>>;
}

function Choice({ name, label, all, values, words = {} }: ChoiceProps) {
  const chosen = place.value.filters[name];
  return (
    <label class={chosen === undefined ? 'filter' : 'filter filter-set'}>
      <span class="unseen">{label}</span>
      <select
        value={chosen ?? ''}
        onChange={({ currentTarget }) => filterBy(name, currentTarget.value)}
      >
        <option value="">{all}</option>
        {values.map((value) => (
          <option key={value} value={value}>
            {words[value] ?? value}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What filters keep out of sight is counted, so that no alarm hides behind one. */
function HiddenByFilters() {
  const rows = hidden.value;
  const unanswered = rows.filter(needsAnswer).length;
  const children = rows.filter((row) => row.child === 'involved' && isOverdue(row)).length;
  return (
    <p class="filter-hidden">
      <span>
        {rows.length === 0
          ? 'The filters hide nothing.'
          : `The filters hide ${rows.length.toLocaleString('en-GB')}: ${children} with a child overdue, ${unanswered} that need an answer.`}
      </span>
      <button type="button" class="button button-quiet" onClick={clearFilters}>
        Show all
      </button>
    </p>
  );
}
