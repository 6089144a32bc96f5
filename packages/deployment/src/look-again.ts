/** Milliseconds between two looks at what may change under a running service. */
const everyMs = 30_000;

/**
 * Looks again and again until the function that it returns is called; never at the same thing twice at once.
 *
 * @param look - must not reject: it says itself what it could not see.
 */
export function lookAgain(look: () => Promise<void>, ms: number = everyMs): () => void {
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void look().finally(() => {
      looking = false;
    });
  }, ms);
  timer.unref();
  return () => clearInterval(timer);
}
