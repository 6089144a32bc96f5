import { signal } from '@preact/signals';
import type { Login } from '../connection/login.ts';

/** The log-in of this tab, once it is there. */
export const login = signal<Login | undefined>(undefined);
