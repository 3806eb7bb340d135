/** Something that ought not to be. It is told to operators, so that no word of it names a person. */
export interface Finding {
  /** Stable, SCREAMING_SNAKE; docs/operations.md explains each. */
  readonly code: string;
  /** What it is about: `booking 12`. */
  readonly subject: string;
  /** What is wrong, with the figures; instants in UTC. */
  readonly detail: string;
  /** What the operator is to do. */
  readonly remedy: string;
}

/** More of the same kind are counted, and no longer listed. */
export const MOST_LISTED = 100;
