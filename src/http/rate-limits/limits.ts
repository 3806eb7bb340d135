const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * What requests are counted by. Requests that an owner needs against a thief of one of the account's tokens are counted
 * by session, so that the thief cannot use up their limits.
 */
export type CountedBy = 'account' | 'session' | 'address' | 'address and email' | 'account and password';

/** How many requests, within how many seconds. */
export interface Limit {
  readonly points: number;
  readonly seconds: number;
  readonly by: CountedBy;
  /** What is counted, for the table in docs/operations.md. */
  readonly counts: string;
}

/** Every rate limit. A route declares its own limits, besides the general ones, with `@RateLimit`. */
export const LIMITS = {
  account: { points: 600, seconds: MINUTE, by: 'account', counts: 'all requests of an account' },
  signedInAddress: {
    points: 1_800,
    seconds: MINUTE,
    by: 'address',
    counts: 'all requests with a token, whatever their accounts',
  },
  // Not the routes that have limits of their own by address: a flood of public reads must not stop log-ins.
  visitor: {
    points: 600,
    seconds: MINUTE,
    by: 'address',
    counts: 'all other requests without a valid token, including unknown paths and pages',
  },
  change: {
    points: 120,
    seconds: MINUTE,
    by: 'account',
    counts: 'changes of hours, exceptions, profiles, patients, accounts and settings',
  },
  ownSessions: { points: 60, seconds: MINUTE, by: 'session', counts: 'ending of the account’s sessions' },
  // Visitors, where the clinic admits them, are counted by address.
  search: { points: 120, seconds: MINUTE, by: 'account', counts: 'searches and explanations of times' },
  booking: { points: 30, seconds: MINUTE, by: 'account', counts: 'bookings, reschedules and cancellations' },
  bookingDaily: { points: 300, seconds: DAY, by: 'account', counts: 'the same, in a day' },
  bookingAddress: { points: 120, seconds: MINUTE, by: 'address', counts: 'the same, whatever the accounts' },
  // Most of a clinic's bookings come through its desk, and all of its accounts share an address.
  deskBooking: {
    points: 120,
    seconds: MINUTE,
    by: 'account',
    counts: 'the same by the front desk, instead of these three',
  },
  deskBookingDaily: { points: 5_000, seconds: DAY, by: 'account', counts: 'the same, in a day' },
  loginAddress: { points: 30, seconds: MINUTE, by: 'address', counts: 'attempts to log in' },
  // By address too: a stranger elsewhere cannot use up the attempts of the account's owner.
  login: {
    points: 10,
    seconds: MINUTE,
    by: 'address and email',
    counts: 'attempts to log in to one account',
  },
  password: {
    points: 10,
    seconds: MINUTE,
    by: 'session',
    counts: 'attempts at the password of a signed-in account',
  },
  // Bounds a slow check: in an invalid body the new password is checked although the current one is not (`password`).
  newPassword: { points: 20, seconds: MINUTE, by: 'session', counts: 'password changes' },
  // An account may have any number of sessions.
  newPasswordAccount: {
    points: 60,
    seconds: MINUTE,
    by: 'account',
    counts: 'the same, whatever the sessions',
  },
  secondFactorChange: {
    points: 20,
    seconds: MINUTE,
    by: 'session',
    counts: 'set-ups and removals of a second factor',
  },
  secondFactorConfirm: {
    points: 10,
    seconds: 15 * MINUTE,
    by: 'session',
    counts: 'attempts to confirm a new second factor',
  },
  // RFC 6238, 5.2. `DigitAttempts` says what these three are counted by.
  secondFactor: {
    points: 10,
    seconds: 15 * MINUTE,
    by: 'account and password',
    counts: 'wrong digits of a second factor',
  },
  secondFactorDaily: { points: 20, seconds: DAY, by: 'account and password', counts: 'the same, in a day' },
  secondFactorAccount: {
    points: 30,
    seconds: DAY,
    by: 'account',
    counts: 'the same, whatever the passwords',
  },
  refresh: {
    points: 60,
    seconds: MINUTE,
    by: 'address',
    counts: 'exchanges of refresh tokens, and log-outs',
  },
  mails: { points: 10, seconds: 10 * MINUTE, by: 'address', counts: 'codes requested by email' },
  codes: { points: 30, seconds: MINUTE, by: 'address', counts: 'attempts at emailed codes' },
  register: { points: 10, seconds: MINUTE, by: 'address', counts: 'registrations' },
  registerDaily: { points: 50, seconds: DAY, by: 'address', counts: 'valid registrations, in a day' },
  // The response reveals whether an address has an account.
  addressChange: {
    points: 10,
    seconds: DAY,
    by: 'account',
    counts: 'address changes requested with the right password',
  },
  addressChangeAddress: {
    points: 20,
    seconds: DAY,
    by: 'address',
    counts: 'the same, whatever the accounts',
  },
  exports: { points: 3, seconds: HOUR, by: 'account', counts: 'exports of the data of an account' },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof LIMITS;

/** The limits that the front desk has instead of others; null for none. */
const INSTEAD_FOR_DESK: Partial<Record<LimitName, LimitName | null>> = {
  booking: 'deskBooking',
  bookingDaily: 'deskBookingDaily',
  bookingAddress: null,
};

/** The limits of a route for the front desk. */
export function limitsOfDesk(names: readonly LimitName[]): LimitName[] {
  return names.flatMap((name) => {
    const instead = INSTEAD_FOR_DESK[name];
    return instead === null ? [] : [instead ?? name];
  });
}

/**
 * How many times a limit by address the larger networks of an IPv6 address may use. A home gets a /56 and a company a
 * /48 (RFC 6177), each with many /64s. A /56 cannot use up the limit of its /48, where other homes may be.
 */
export const NETWORK_FACTORS = [
  { bits: 56, factor: 4 },
  { bits: 48, factor: 64 },
] as const;

/**
 * Requests that one process handles at once: for one account, for one address of visitors, and, on routes that are
 * counted by session, for one session and for all sessions of an account. Each password change may wait for a slow check
 * in a queue that all accounts share.
 */
export const IN_FLIGHT = {
  account: 20,
  visitor: 100,
  session: 20,
  sessions: 40,
  newPassword: { session: 5, sessions: 15 },
} as const;
