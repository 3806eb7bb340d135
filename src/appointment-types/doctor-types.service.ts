import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { isDesk, worksAtClinic } from '../auth/role.js';
import { Sessions } from '../auth/sessions/sessions.js';
import type { ClinicLimits } from '../clinic/clinic-limits.js';
import { findClinic, lockClinic } from '../clinic/clinic.repository.js';
import { doctorNotFound } from '../doctors/doctor.refusals.js';
import { lockDoctor, updateDoctor } from '../doctors/doctor.repository.js';
import { DoctorsService } from '../doctors/doctors.service.js';
import type { AccountContext, Actor, Context } from '../http/context.js';
import { assertCurrent } from '../http/if-match.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { Changes } from '../outbox/changes.js';
import { unknownType } from './appointment-type.refusals.js';
import { AppointmentTypesService, isForPatients } from './appointment-types.service.js';
import { listOfferedTypes, type Offer, type OfferedType, replaceOffers } from './doctor-type.repository.js';
import { assertLimitsPossible } from './possible-limits.js';

/** What a doctor offers. */
export interface OfferedTypes {
  readonly types: readonly OfferedType[];
  readonly clinic: ClinicLimits;
  /** That of the doctor's profile, which the offers belong to. */
  readonly version: number;
}

/** The types that doctors offer, with their own values. */
@Injectable()
export class DoctorTypesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: IdempotentRequests,
    private readonly sessions: Sessions,
    private readonly changes: Changes,
    private readonly doctors: DoctorsService,
    private readonly types: AppointmentTypesService,
  ) {}

  /**
   * What a doctor offers, by name; to visitors and patients only active types for patients.
   *
   * @throws NotFound DOCTOR_NOT_FOUND, also for an inactive doctor, but not for the desk and the doctor
   */
  async list({ actor }: Context, doctorId: number): Promise<OfferedTypes> {
    const { version, active, userId } = await this.doctors.get(doctorId);
    if (!active && !isDesk(actor.role) && userId !== actor.id) throw doctorNotFound(doctorId);
    const types = await listOfferedTypes(this.dataSource, doctorId);
    const clinic = await findClinic(this.dataSource);
    return { types: visibleTo(actor, types), clinic, version };
  }

  /**
   * Replaces what a doctor offers. Existing bookings stay.
   *
   * @throws NotFound DOCTOR_NOT_FOUND
   * @throws VersionMismatch
   * @throws Refusal UNKNOWN_TYPE, NOTICE_BEYOND_HORIZON
   */
  async replace(context: AccountContext, doctorId: number, offers: readonly Offer[]): Promise<OfferedTypes> {
    return this.requests.once(context, (tx) => this.replaceIn(context, tx, doctorId, offers));
  }

  private async replaceIn(
    context: AccountContext,
    tx: EntityManager,
    doctorId: number,
    offers: readonly Offer[],
  ): Promise<OfferedTypes> {
    await this.sessions.lock(context, tx);
    const clinic = await lockClinic(tx);
    const doctor = await lockDoctor(tx, doctorId);
    if (!doctor) throw doctorNotFound(doctorId);
    assertCurrent(context, doctor.version);
    const unknown = await this.types.findUnknown(
      tx,
      offers.map(({ typeId }) => typeId),
    );
    if (unknown !== undefined) throw unknownType(unknown, 'types');
    const before = await listOfferedTypes(tx, doctorId);
    await replaceOffers(tx, doctorId, offers);
    const types = await listOfferedTypes(tx, doctorId);
    // Both lists have the same order.
    if (JSON.stringify(types) === JSON.stringify(before)) return { types, clinic, version: doctor.version };
    await assertLimitsPossible(tx, clinic, { doctorId });
    const version = doctor.version + 1;
    await updateDoctor(tx, doctorId, { version });
    await this.changes.record(context, tx, {
      action: 'doctor.types_set',
      subjectId: doctorId,
      particulars: { types: types.map(({ type }) => type.id).join(' '), version },
    });
    return { types, clinic, version };
  }
}

function visibleTo({ role }: Actor, types: readonly OfferedType[]): readonly OfferedType[] {
  return worksAtClinic(role) ? types : types.filter(({ type }) => isForPatients(type));
}
