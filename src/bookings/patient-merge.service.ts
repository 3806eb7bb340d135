import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { endPatientLinks } from '../auth/accounts/patient-link.repository.js';
import { Sessions } from '../auth/sessions/sessions.js';
import { Refusal } from '../errors/domain-error.js';
import type { AccountContext } from '../http/context.js';
import { assertCurrent } from '../http/if-match.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { moveNotifications } from '../outbox/cancellation.repository.js';
import { Changes } from '../outbox/changes.js';
import {
  markMerged,
  moveGuardians,
  setManager,
  type Managed,
} from '../patients/patient-account.repository.js';
import { patientNotFound } from '../patients/patient.refusals.js';
import { deleteNames, fillDetails } from '../patients/patient.repository.js';
import { Clock } from '../time/clock.js';
import { unknownPatientInto } from './booking.refusals.js';
import { bookingsOfPatients } from './booking.sql.js';
import { ManagedPatients } from './managed-patients.service.js';
import { detailsFrom, managerOf } from './merged-details.js';
import {
  findOverlaps,
  lockBookingsOf,
  moveBookings,
  setAccountOfBookings,
} from './patient-bookings.repository.js';

/** What a merge made. */
export interface Merged {
  /** The patient that stays. */
  readonly id: number;
  /** Pairs of bookings of the two patients that overlap in time. */
  readonly overlaps: readonly (readonly [number, number])[];
}

/** Merges two records of one person. In this room because bookings move too (see `ManagedPatients`). */
@Injectable()
export class PatientMerge {
  constructor(
    private readonly requests: IdempotentRequests,
    private readonly sessions: Sessions,
    private readonly managed: ManagedPatients,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /**
   * Gives the bookings, the account and the guardians of a patient to another. A booking made at the same time either
   * moves too, or is refused.
   *
   * @throws NotFound PATIENT_NOT_FOUND
   * @throws Refusal MERGE_NOT_POSSIBLE, BOTH_HAVE_ACCOUNTS, UNKNOWN_PATIENT
   * @throws VersionMismatch if `If-Match` names another version of the patient that goes
   */
  async merge(context: AccountContext, id: number, into: number, reason: string): Promise<Merged> {
    return this.requests.once(context, (tx) => this.mergeIn(context, tx, id, into, reason));
  }

  private async mergeIn(
    context: AccountContext,
    tx: EntityManager,
    id: number,
    into: number,
    reason: string,
  ): Promise<Merged> {
    await this.sessions.lock(context, tx);
    const locked = await this.managed.lockIn(tx, id === into ? [id] : [id, into]);
    const { source, target } = mergeable(locked, id, into);
    assertCurrent(context, source.version);
    await lockBookingsOf(tx, [id, into]);
    const overlaps = await findOverlaps(tx, id, into);
    const manager = managerOf(source, target);
    await markMerged(tx, id, into);
    await deleteNames(tx, id);
    await fillDetails(tx, target, detailsFrom(source, target));
    await moveGuardians(tx, id, into);
    await setManager(tx, into, manager);
    await moveBookings(tx, id, into);
    await setAccountOfBookings(tx, into, manager.accountId);
    await moveNotifications(tx, bookingsOfPatients([into]), manager.accountId);
    const now = new Date(this.clock.now());
    await endPatientLinks(tx, [id], { reason: 'the patient was merged', isForgotten: false }, now);
    const particulars = { into };
    await this.changes.record(context, tx, { action: 'patient.merged', subjectId: id, particulars, reason });
    return { id: into, overlaps };
  }
}

/** The two patients, if one may be merged into the other. */
function mergeable(
  locked: readonly Managed[],
  id: number,
  into: number,
): { readonly source: Managed; readonly target: Managed } {
  const [source, target] = [id, into].map((each) => locked.find((patient) => patient.id === each));
  if (!source || source.erasedAt !== null) throw patientNotFound();
  if (source.mergedInto !== null) throw patientNotFound(source.mergedInto);
  if (!target || target.erasedAt !== null) throw unknownPatientInto(into);
  if (source.id === into || target.mergedInto !== null) throw mergeNotPossible(target.mergedInto);
  const accounts = new Set([source, target].flatMap(({ accountId }) => accountId ?? []));
  if (accounts.size > 1) throw bothHaveAccounts();
  return { source, target };
}

function mergeNotPossible(mergedInto: number | null): Refusal {
  return new Refusal(
    'MERGE_NOT_POSSIBLE',
    'A patient cannot be merged into itself, nor into one that was merged already.',
    undefined,
    mergedInto === null ? {} : { merged_into: mergedInto },
  );
}

function bothHaveAccounts(): Refusal {
  return new Refusal(
    'BOTH_HAVE_ACCOUNTS',
    'Both patients have accounts, so they cannot be merged. Keep both, and book for one of them.',
  );
}
