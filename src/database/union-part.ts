/** A SELECT of a UNION ALL that several rooms write together: each writes those of its own tables. */
export interface UnionPart {
  /** The same in all parts of a union, with the same meaning. */
  readonly columns: string;
  /** The column that tells whose a row is; left out if it is nobody's. */
  readonly ownerId?: string;
  /** From FROM on; `owners` follows that column: `= ?`, or `IN (?, ...)`. */
  readonly from: (owners: string) => string;
}
