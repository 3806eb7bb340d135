const FIRST_MS = 250;
const LONGEST_MS = 4_000;

/** Failures in a row that anybody may have. */
export const FORGIVEN = { account: 10, address: 30 } as const;

/**
 * How long an attempt to log in waits, in milliseconds, after so many failures of the account from anywhere and of the
 * address on any account. It grows with each, and never to more than a person's patience: a lock would let strangers
 * lock people out. Pure.
 */
export function loginDelay(failures: Readonly<Record<keyof typeof FORGIVEN, number>>): number {
  const worst = Math.max(failures.account - FORGIVEN.account, failures.address - FORGIVEN.address);
  return worst <= 0 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** (worst - 1));
}
