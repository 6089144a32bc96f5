/** What time it is, in milliseconds since the epoch. Asked for as an argument, so that tests can say. */
export type Clock = () => number;

/** The clock of this machine. It can step back when the machine is corrected. */
export const wallClock: Clock = () => Date.now();
