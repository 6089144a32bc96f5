import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { askNothing } from './ask.ts';

interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

/** A modal dialog: the browser keeps the focus in it and gives it back; Escape closes. */
export function Dialog({ title, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before the next paint: a key pressed right after the click belongs to the dialog.
  useLayoutEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected)
        before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={element}
      class="dialog"
      aria-labelledby={id}
      // Escape cancels at once and closes a moment later: a key in between belongs to the page again.
      onCancel={askNothing}
      onClose={askNothing}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}
