import type { ComponentChildren } from 'preact';

/** A table that scrolls sideways on a telephone, and can be reached by keyboard for it. */
export function ScrollTable({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="scroll-table" tabIndex={0} aria-label={label}>
      <table>{children}</table>
    </section>
  );
}
