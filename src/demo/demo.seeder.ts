import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AccountsService } from '../auth/accounts/accounts.service.js';
import { AvailabilityService } from '../availability/availability.service.js';
import { BookingsService } from '../bookings/bookings.service.js';
import type { Profile } from '../doctors/doctor.repository.js';
import { DoctorsService } from '../doctors/doctors.service.js';
import { SYSTEM_CONTEXT } from '../http/context.js';
import { cancelPending } from '../outbox/notification.repository.js';
import { addDays, dateIn } from '../time/clinic-time.js';
import { Clock } from '../time/clock.js';
import {
  type DemoDoctor,
  DOCTOR_PASSWORD,
  DOCTORS,
  NEW_DOCTOR,
  PATIENT_PASSWORD,
  PATIENTS,
} from './clinic.js';

const DAYS = 14;
const BOOKINGS_A_DAY = 2;

/** Fills a database with the demo clinic; what is there already stays. */
@Injectable()
export class DemoSeeder {
  constructor(
    private readonly dataSource: DataSource,
    private readonly accounts: AccountsService,
    private readonly doctors: DoctorsService,
    private readonly availability: AvailabilityService,
    private readonly bookings: BookingsService,
    private readonly clock: Clock,
  ) {}

  /** Answers with what it made. */
  async seed(): Promise<{ doctors: number; patients: number; bookings: number }> {
    let made = 0;
    for (const doctor of DOCTORS) made += (await this.seedDoctor(doctor)) ? 1 : 0;
    const patients: number[] = [];
    for (const { email, locale } of PATIENTS) {
      if (await this.accounts.isOpen(email)) continue;
      patients.push(
        (
          await this.accounts.open(SYSTEM_CONTEXT, {
            email,
            password: PATIENT_PASSWORD,
            role: 'user',
            locale,
          })
        ).id,
      );
    }
    if (!(await this.accounts.isOpen(NEW_DOCTOR)))
      await this.accounts.open(SYSTEM_CONTEXT, {
        email: NEW_DOCTOR,
        password: DOCTOR_PASSWORD,
        role: 'doctor',
      });
    // The bookings come with the patients: a later start must not add a fortnight each time.
    const bookings = patients.length > 0 ? await this.seedBookings(patients) : 0;
    return { doctors: made, patients: patients.length, bookings };
  }

  private async seedDoctor({ account, contact, hours, ...profile }: DemoDoctor): Promise<boolean> {
    if (await this.accounts.isOpen(account)) return false;
    const { id: userId } = await this.accounts.open(SYSTEM_CONTEXT, {
      email: account,
      password: DOCTOR_PASSWORD,
      role: 'doctor',
    });
    const { doctor } = await this.doctors.create(SYSTEM_CONTEXT, { ...profile, email: contact, userId });
    if (!hours) return true;
    for (const { id } of await this.availability.ofDoctor(doctor.id))
      await this.availability.remove(SYSTEM_CONTEXT, doctor.id, id);
    for (const { days, start, end } of hours) {
      for (const dayOfWeek of days) {
        await this.availability.add(SYSTEM_CONTEXT, doctor.id, { dayOfWeek, startTime: start, endTime: end });
      }
    }
    return true;
  }

  private async seedBookings(patients: readonly number[]): Promise<number> {
    let count = 0;
    // The first booking, which the documentation's examples move and cancel, is with the first doctor.
    const doctors = (await this.doctors.list()).sort((one, other) => one.id - other.id);
    for (const doctor of doctors) {
      const today = dateIn(doctor.timezone, this.clock.now());
      for (let day = 1; day <= DAYS; day += 1)
        count += await this.seedDay(doctor, addDays(today, day), count, patients);
    }
    const now = new Date(this.clock.now());
    await cancelPending(this.dataSource, 'booked', 'made with the demo clinic: not mailed', now);
    return count;
  }

  /** Spread over the open times and the patients, the same at each run. */
  private async seedDay(
    doctor: Profile,
    date: string,
    sofar: number,
    patients: readonly number[],
  ): Promise<number> {
    for (let made = 0; made < BOOKINGS_A_DAY; made += 1) {
      const durationMinutes = [30, 45, 20][(sofar + made) % 3]!;
      const open = await this.bookings.availableSlots(doctor.id, date, durationMinutes);
      const time = open[((sofar + made) * 7) % open.length];
      if (time === undefined) return made;
      // Most are the regular's, so that the others' lists stay easy to read.
      const patient = patients[(sofar + made) % 12] ?? patients.at(-1)!;
      const { sessionVersion: version } = await this.accounts.get(patient);
      const actor = { ...SYSTEM_CONTEXT.actor, id: patient, version, session: null };
      const command = { patientId: patient, doctorId: doctor.id, date, time, durationMinutes };
      await this.bookings.book({ ...SYSTEM_CONTEXT, actor }, command);
    }
    return BOOKINGS_A_DAY;
  }
}
