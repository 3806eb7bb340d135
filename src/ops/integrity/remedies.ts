/** What several checks tell the operator to do. */

/** For a booking that was made against the rules. */
export const SETTLE_BOOKING =
  'Ask the doctor whether it can stay. If it can, write that down; if not, have the patient move or cancel it, or ' +
  'cancel it yourself (docs/operations.md, Mending by hand). Find out what wrote it: the service does not.';

/** For what only a worker moves on. */
export const HAVE_A_WORKER =
  'See that a worker runs and that it reaches the database, Redis and the mail server; its log says what keeps it.';
