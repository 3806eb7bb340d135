/** The guarantees, by the letters of the table. */
export const LETTERS = ['O', 'A', 'K', 'H', 'L', 'M', 'D', 'W'] as const;

/** One violated guarantee. */
export interface Finding {
  readonly letter: (typeof LETTERS)[number];
  readonly what: string;
  /** The booking concerned; null if unknown. */
  readonly bookingId: number | null;
}
