import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Particulars } from '../audit/audit-trail.js';
import { lockAccount } from '../auth/accounts/account.repository.js';
import { AfterRightsLoss } from '../auth/accounts/after-rights-loss.js';
import { Sessions } from '../auth/sessions/sessions.js';
import { Refusal } from '../errors/domain-error.js';
import type { AccountContext, Context } from '../http/context.js';
import { assertCurrent } from '../http/if-match.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { Changes } from '../outbox/changes.js';
import { Clock } from '../time/clock.js';
import type { Doctor } from './doctor.entity.js';
import {
  findDoctor,
  lockDoctor,
  lockDoctorOfAccount,
  type Profile,
  updateDoctor,
} from './doctor.repository.js';
import { doctorNotFound } from './doctor.refusals.js';

/** What an admin changes of a profile; fields that are left out stay. */
export interface DoctorChange {
  readonly name?: string | undefined;
  readonly specialty?: string | undefined;
  readonly email?: string | undefined;
  readonly isActive?: boolean | undefined;
  /** IANA name. */
  readonly timezone?: string | undefined;
}

type NewValues = Partial<Pick<Doctor, 'name' | 'specialty' | 'email' | 'active' | 'timezone'>>;

/** Refuses a new time zone that another module's rows rule out. The doctor is locked. */
type AssertMayMove = (tx: EntityManager, doctor: Doctor, timezone: string) => Promise<void>;

/** Changes of doctors' profiles. They lock the profile, which everything that books with the doctor shares. */
@Injectable()
export class DoctorChanges implements OnModuleInit {
  private assertMayMove: AssertMayMove | undefined;

  constructor(
    private readonly requests: IdempotentRequests,
    private readonly sessions: Sessions,
    private readonly changes: Changes,
    private readonly clock: Clock,
    private readonly afterRightsLoss: AfterRightsLoss,
  ) {}

  onModuleInit(): void {
    this.afterRightsLoss.register(async (context, tx, accountId) => {
      const doctor = await lockDoctorOfAccount(tx, accountId);
      if (doctor?.active) await this.update(context, tx, doctor, { active: 0 });
    });
  }

  /** Registers a callback that runs before a doctor gets another time zone. */
  beforeNewTimeZone(assertMayMove: AssertMayMove): void {
    this.assertMayMove = assertMayMove;
  }

  /**
   * @throws NotFound DOCTOR_NOT_FOUND
   * @throws VersionMismatch
   * @throws Refusal NOT_A_DOCTOR_ACCOUNT if the profile would become active without an enabled account of a doctor;
   *   TIME_ZONE_FIXED, BOOKINGS_AHEAD
   */
  async change(context: AccountContext, id: number, change: DoctorChange): Promise<Profile> {
    return this.requests.once(context, (tx) => this.changeIn(context, tx, id, change));
  }

  private async changeIn(
    context: AccountContext,
    tx: EntityManager,
    id: number,
    { isActive, ...change }: DoctorChange,
  ): Promise<Profile> {
    await this.sessions.lock(context, tx);
    if (isActive) await assertHasAccount(tx, id);
    const doctor = await lockDoctor(tx, id);
    if (!doctor) throw doctorNotFound(id);
    assertCurrent(context, doctor.version);
    const active = isActive === undefined ? undefined : isActive ? 1 : 0;
    const values = newValues(doctor, { ...change, active });
    if (Object.keys(values).length === 0) return doctor;
    if (values.timezone !== undefined) await this.assertMayMove?.(tx, doctor, values.timezone);
    return this.update(context, tx, doctor, values);
  }

  private async update(
    context: Context,
    tx: EntityManager,
    doctor: Doctor,
    values: NewValues,
  ): Promise<Profile> {
    const version = doctor.version + 1;
    const timezoneSince = values.timezone === undefined ? doctor.timezoneSince : new Date(this.clock.now());
    const changed = { ...values, version, timezoneSince };
    await updateDoctor(tx, doctor.id, changed);
    await this.changes.record(context, tx, {
      action: 'doctor.changed',
      subjectId: doctor.id,
      particulars: particularsOf(doctor, values, version),
    });
    return { ...doctor, ...changed };
  }
}

/**
 * Locks the account before the profile, as changes of accounts do.
 *
 * @throws NotFound DOCTOR_NOT_FOUND
 * @throws Refusal NOT_A_DOCTOR_ACCOUNT
 */
async function assertHasAccount(tx: EntityManager, id: number): Promise<void> {
  const doctor = await findDoctor(tx, id);
  if (!doctor) throw doctorNotFound(id);
  const account = await lockAccount(tx, doctor.userId);
  if (account?.role === 'doctor' && !account.isDisabled) return;
  throw new Refusal(
    'NOT_A_DOCTOR_ACCOUNT',
    `Account ${doctor.userId} is not an enabled account of role doctor. Enable it or give it the role first.`,
  );
}

function newValues(
  doctor: Doctor,
  change: { readonly [Key in keyof NewValues]: NewValues[Key] | undefined },
) {
  const entries = Object.entries(change).filter(
    ([field, value]) => value !== undefined && value !== doctor[field as keyof NewValues],
  );
  return Object.fromEntries(entries) as NewValues;
}

/** Names, specialties and addresses are typed texts: only that they changed is recorded. */
function particularsOf(
  doctor: Doctor,
  { active, timezone, ...texts }: NewValues,
  version: number,
): Particulars {
  const fields = Object.keys(texts).join(' ');
  return {
    version,
    ...(fields && { fields }),
    ...(active !== undefined && { active: active === 1 }),
    ...(timezone !== undefined && { timezone_before: doctor.timezone, timezone }),
  };
}
