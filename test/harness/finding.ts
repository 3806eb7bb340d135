/** One violated guarantee. */
export interface Finding {
  readonly letter: 'O' | 'A' | 'K' | 'M' | 'D' | 'W';
  readonly what: string;
  /** The booking concerned; null if unknown. */
  readonly bookingId: number | null;
}
