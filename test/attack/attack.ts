import type { Target } from './target.js';

/** A weakness and how to reproduce it. */
export interface Finding {
  readonly what: string;
  /** A command, or a description of what to send. */
  readonly reproduce: string;
}

/** The result of an attack. */
export interface Outcome {
  /** The number of requests sent or cases tried. */
  readonly tried: number;
  readonly findings: readonly Finding[];
  readonly note?: string;
  /** Why the attack could not run. */
  readonly notRun?: string;
}

export interface Attack {
  readonly name: string;
  readonly about: string;
  run(target: Target): Promise<Outcome>;
}
