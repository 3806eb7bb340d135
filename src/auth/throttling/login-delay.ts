const FIRST_MS = 250;
const LONGEST_MS = 4_000;

/** Failures in a row without a delay. */
export const FREE_FAILURES = { account: 10, address: 30 } as const;

/**
 * The delay of a log-in attempt in milliseconds, after failures on the account from any address, and from the address
 * on any account. It grows with each failure up to what a person puts up with: locking the account instead would let
 * strangers lock its owner out. Pure.
 */
export function loginDelay(failures: Readonly<Record<keyof typeof FREE_FAILURES, number>>): number {
  const worst = Math.max(failures.account - FREE_FAILURES.account, failures.address - FREE_FAILURES.address);
  return worst <= 0 ? 0 : Math.min(LONGEST_MS, FIRST_MS * 2 ** (worst - 1));
}
