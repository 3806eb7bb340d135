import type { Findings } from './findings.js';

/**
 * One thing that must hold in a healthy clinic, whatever is going on in it at that moment: what a check compares, it
 * reads in one statement, which sees one moment, and reads it in portions that a database answers in good time.
 */
export interface Check {
  /** Stable, SCREAMING_SNAKE; its findings have it too, unless they say why it could not be made. */
  readonly code: string;
  /** What it looks for, in a few words. */
  readonly title: string;
  /** Looks at everything there is. Changes nothing. */
  look(): Promise<Findings>;
}
