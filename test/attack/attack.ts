import type { Target } from './target.js';

/** Something that should not be possible, and how to see it again. */
export interface Finding {
  readonly what: string;
  /** A command, or what to send. */
  readonly repeat: string;
}

/** What came of an attack. */
export interface Outcome {
  /** Requests sent, or cases tried. */
  readonly tried: number;
  readonly findings: readonly Finding[];
  readonly note?: string;
  /** Why it could not be run. */
  readonly notRun?: string;
}

export interface Attack {
  readonly name: string;
  readonly about: string;
  run(target: Target): Promise<Outcome>;
}
