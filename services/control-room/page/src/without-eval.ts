import { z } from 'zod';

/** The page's content security policy forbids making code of text, which zod would try for speed. */
z.config({ jitless: true });
