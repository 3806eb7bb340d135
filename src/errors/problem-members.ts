import type { RuleCode } from './rules.js';

/** The statuses that `allowed` can list. */
export const ALLOWED_STATUSES = ['booked', 'arrived', 'fulfilled', 'noshow', 'cancelled'] as const;

/** Members that only some problem documents have, with their names on the wire. */
export interface ProblemMembers {
  /** Every rule that stands against the request. */
  readonly violations?: readonly {
    readonly rule: RuleCode;
    readonly message: string;
    readonly overridable: boolean;
  }[];
  /** The statuses that the booking could get instead. */
  readonly allowed?: readonly (typeof ALLOWED_STATUSES)[number][];
  /** The patients who are probably the same person. */
  readonly candidates?: readonly {
    readonly id: number;
    readonly given_name: string | null;
    readonly family_name: string | null;
    readonly birth_date: string | null;
    readonly phone: string | null;
    readonly email: string | null;
  }[];
  /** The patient that has taken over from the one asked for. */
  readonly merged_into?: number;
}
