import { Injectable } from '@nestjs/common';
import { isDesk } from '../auth/role.js';
import type { Doctor } from '../doctors/doctor.entity.js';
import { unknownDoctor } from '../doctors/doctor.refusals.js';
import { DoctorsService } from '../doctors/doctors.service.js';
import { Refusal } from '../errors/domain-error.js';
import type { AccountContext } from '../http/context.js';

/** Decides whose hours an actor may change: doctors their own, the desk those of all doctors. */
@Injectable()
export class HoursOwner {
  constructor(private readonly doctors: DoctorsService) {}

  /**
   * The doctor to add hours to.
   *
   * @param doctorId as sent
   * @throws NotFound PROFILE_NOT_FOUND
   * @throws Refusal UNKNOWN_DOCTOR; VALIDATION_FAILED without a doctor from the desk, or with another one from a doctor
   */
  async of({ actor }: AccountContext, doctorId: number | undefined): Promise<Doctor> {
    if (!isDesk(actor.role)) {
      const own = await this.doctors.ofAccount(actor.id);
      if (doctorId !== undefined && doctorId !== own.id) throw onDoctorId('is not a known field');
      return own;
    }
    const where = doctorId === undefined ? { userId: actor.id } : { id: doctorId };
    const doctor = await this.doctors.find(where);
    if (doctor) return doctor;
    throw doctorId === undefined
      ? onDoctorId('is required: say whose hours these are')
      : unknownDoctor(doctorId);
  }

  /**
   * The only doctor whose hours the actor may delete; undefined for the desk, which may delete those of all.
   *
   * @throws NotFound PROFILE_NOT_FOUND
   */
  async onlyOf({ actor }: AccountContext): Promise<number | undefined> {
    return isDesk(actor.role) ? undefined : (await this.doctors.ofAccount(actor.id)).id;
  }
}

function onDoctorId(problem: string): Refusal {
  const message = `doctor_id ${problem}`;
  return new Refusal('VALIDATION_FAILED', message, [{ field: 'doctor_id', message }]);
}
