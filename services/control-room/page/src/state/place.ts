import { signal } from '@preact/signals';
import { type FilterName, type Filters, type Place, placeOf, searchOf } from './address.ts';

/** Where the page is: always what the address says. */
export const place = signal<Place>(placeOf(location.search));

window.addEventListener('popstate', () => {
  place.value = placeOf(location.search);
});

/** Goes somewhere; the back button comes back. */
export function go(next: Place): void {
  write(next, 'pushState');
}

export function openIncident(incident: string): void {
  go({ ...place.value, incident });
}

export function closeIncident(): void {
  const { incident: _, ...rest } = place.value;
  go(rest);
}

/** Filters by a value, or no longer. Letters typed one after the other are one step back. */
export function filterBy(name: FilterName, value: string): void {
  const { [name]: before, ...others } = place.value.filters;
  const filters: Filters = value === '' ? others : { ...others, [name]: value };
  const typing = name === 'text' && before !== undefined && value !== '';
  // An area belongs to a force.
  const chosen = name === 'force' ? { ...filters, area: undefined } : filters;
  write({ ...place.value, filters: chosen }, typing ? 'replaceState' : 'pushState');
}

export function clearFilters(): void {
  const { longStanding } = place.value.filters;
  go({ ...place.value, filters: longStanding === true ? { longStanding } : {} });
}

export function showLongStanding(longStanding: boolean): void {
  const { longStanding: _, ...filters } = place.value.filters;
  go({
    ...place.value,
    view: 'queue',
    filters: longStanding ? { ...filters, longStanding } : filters,
  });
}

function write(next: Place, how: 'pushState' | 'replaceState'): void {
  const search = searchOf(next);
  if (search !== location.search) history[how](null, '', `${location.pathname}${search}`);
  place.value = next;
}
