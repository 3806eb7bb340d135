import { Injectable } from '@nestjs/common';
import { AppointmentTypesService } from '../appointment-types/appointment-types.service.js';
import { DoctorTypesService } from '../appointment-types/doctor-types.service.js';
import type { OwnValues } from '../appointment-types/scheduling-parameters.js';
import { DoctorsService } from '../doctors/doctors.service.js';
import type { AccountContext } from '../http/context.js';
import { OFFERS, TYPES } from './types.js';

/** No own values. */
const NONE: OwnValues = {
  durationMinutes: null,
  slotStepMinutes: null,
  bufferBefore: null,
  bufferAfter: null,
  minNoticeMinutes: null,
  horizonDays: null,
  cancelCutoffMinutes: null,
  maxPerDay: null,
  maxLiveBookings: null,
};

/** Adds the demo clinic's appointment types, and says who offers them. */
@Injectable()
export class DemoTypesSeeder {
  constructor(
    private readonly types: AppointmentTypesService,
    private readonly doctorTypes: DoctorTypesService,
    private readonly doctors: DoctorsService,
  ) {}

  /**
   * @param context of an admin
   * @returns the number of new types: none if the clinic has types already
   */
  async add(context: AccountContext): Promise<number> {
    if ((await this.types.list(context)).length > 0) return 0;
    const ids = new Map<string, number>();
    for (const type of TYPES) ids.set(type.code, (await this.types.create(context, type)).id);
    for (const { doctor, userEmail } of await this.doctors.listWithAccounts()) {
      const offers = OFFERS[userEmail]?.map(({ code, own }) => ({
        typeId: ids.get(code)!,
        own: { ...NONE, ...own },
      }));
      if (offers) await this.doctorTypes.replace(context, doctor.id, offers);
    }
    return TYPES.length;
  }
}
