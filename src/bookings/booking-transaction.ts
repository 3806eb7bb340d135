import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { accountKey, Bulkhead } from '../database/bulkhead.js';
import type { AccountContext } from '../http/context.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import type { Booking } from './booking.js';

/**
 * A booking in the stored outcome of a request with a key. Releases that run side by side read each other's outcomes.
 * Remove one release after 0.5: outcomes live for a day.
 */
interface StoredBooking extends Booking {
  /** The name of `accountId` in version 0.4. */
  readonly userId?: number | null;
}

/** What version 0.4 did not store. Its bookings are by and for the account, whose patient has the same id. */
const NEW_FIELDS = {
  givenName: null,
  familyName: null,
  edits: 0,
  note: null,
  isOverbooked: false,
  bookedByRole: 'user',
  cancelledByRole: null,
  cancelReason: null,
} as const;

/** What version 0.5 did not store before there were types. */
const WITHOUT_TYPE = {
  typeId: null,
  typeCode: null,
  typeName: null,
  bufferBefore: 0,
  bufferAfter: 0,
  isOnePlace: false,
} as const;

/** Runs the transaction that makes or changes a booking: once per key, and never more than a few of an account at once. */
@Injectable()
export class BookingTransaction {
  constructor(
    private readonly requests: IdempotentRequests,
    private readonly bulkhead: Bulkhead,
  ) {}

  /**
   * @param days the keys of the doctors' days that `work` locks, which crowds wait for without a connection
   * @param work as for `IdempotentRequests.once`
   * @param findOutcome as for `inTransaction`, for requests without a key; with a key, the key's row tells the outcome
   * @throws Unavailable if the database is too busy, or the outcome stays unknown
   */
  async run(
    context: AccountContext,
    days: readonly string[],
    work: (tx: EntityManager, attempt: number) => Promise<Booking>,
    findOutcome: (tx: EntityManager) => Promise<Booking | undefined>,
  ): Promise<Booking> {
    const stored = await this.bulkhead.runUnder([accountKey(context.actor.id), ...days], () =>
      this.requests.once<StoredBooking>(
        context,
        async (tx, attempt) => withFormerName(await work(tx, attempt)),
        findOutcome,
      ),
    );
    return withoutFormerName(stored);
  }
}

function withFormerName(booking: Booking): StoredBooking {
  return { ...booking, userId: booking.accountId };
}

function withoutFormerName({ userId, ...booking }: StoredBooking): Booking {
  if ('accountId' in booking || userId === undefined || userId === null)
    return { ...WITHOUT_TYPE, ...booking };
  const former: object = booking;
  return {
    ...WITHOUT_TYPE,
    ...NEW_FIELDS,
    ...(former as Booking),
    patientId: userId,
    accountId: userId,
    bookedBy: userId,
  };
}
