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
import { type DemoDoctor, DOCTOR_PASSWORD, DOCTORS, NEW_DOCTOR } from './clinic.js';
import { DemoPeopleSeeder } from './demo-people.seeder.js';
import { DemoTypesSeeder } from './demo-types.seeder.js';

const DAYS_AHEAD = 14;
const BOOKINGS_PER_DAY = 2;

/** How many rows of each kind were added. */
interface Added {
  readonly doctors: number;
  readonly types: number;
  readonly staff: number;
  readonly patients: number;
  readonly bookings: number;
}

/** Adds the demo clinic to a database; existing rows stay. */
@Injectable()
export class DemoSeeder {
  constructor(
    private readonly dataSource: DataSource,
    private readonly people: DemoPeopleSeeder,
    private readonly types: DemoTypesSeeder,
    private readonly accounts: AccountsService,
    private readonly doctors: DoctorsService,
    private readonly availability: AvailabilityService,
    private readonly bookings: BookingsService,
    private readonly clock: Clock,
  ) {}

  /** @returns the numbers of rows that it added */
  async seed(): Promise<Added> {
    let doctors = 0;
    for (const doctor of DOCTORS) doctors += (await this.seedDoctor(doctor)) ? 1 : 0;
    const admin = await this.people.contextOfAdmin();
    if (admin) await this.people.setCountry(admin);
    const types = admin ? await this.types.add(admin) : 0;
    const patients = await this.people.addPatients();
    if (!(await this.accounts.exists(NEW_DOCTOR)))
      await this.accounts.open(SYSTEM_CONTEXT, {
        email: NEW_DOCTOR,
        password: DOCTOR_PASSWORD,
        role: 'doctor',
      });
    const callers = await this.people.addReceptionist();
    // Only together with the patients: running the seeder again must not add another fortnight of bookings.
    const bookings = patients.accounts.length > 0 ? await this.seedBookings(patients.accounts) : 0;
    return {
      doctors,
      types,
      staff: callers === undefined ? 0 : 1,
      patients: patients.count + (callers ?? 0),
      bookings,
    };
  }

  private async seedDoctor({ account, contact, hours, ...profile }: DemoDoctor): Promise<boolean> {
    if (await this.accounts.exists(account)) return false;
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
    // Makes the first booking, which the documentation's examples reschedule and cancel, with the first doctor.
    const doctors = (await this.doctors.listActive()).sort((one, other) => one.id - other.id);
    for (const doctor of doctors) {
      const today = dateIn(doctor.timezone, this.clock.now());
      for (let day = 1; day <= DAYS_AHEAD; day += 1)
        count += await this.seedDay(doctor, addDays(today, day), count, patients);
    }
    const now = new Date(this.clock.now());
    await cancelPending(this.dataSource, 'booked', 'made with the demo clinic: not mailed', now);
    return count;
  }

  /** Spreads bookings over the available slots and the patients, the same way on each run. */
  private async seedDay(
    doctor: Profile,
    date: string,
    earlier: number,
    patients: readonly number[],
  ): Promise<number> {
    for (let made = 0; made < BOOKINGS_PER_DAY; made += 1) {
      const durationMinutes = [30, 45, 20][(earlier + made) % 3]!;
      const patient = patientFor(earlier + made, patients);
      const context = await this.people.contextOf(patient);
      const slots = await this.bookings.availableSlots(context, {
        doctorId: doctor.id,
        date,
        durationMinutes,
      });
      const time = slots[((earlier + made) * 7) % slots.length];
      if (time === undefined) return made;
      await this.bookings.book(context, { doctorId: doctor.id, date, time, durationMinutes });
    }
    return BOOKINGS_PER_DAY;
  }
}

/** The first two patients get a twelfth each, which keeps their lists short. The regular ones share the rest. */
function patientFor(booking: number, patients: readonly number[]): number {
  const regulars = patients.slice(2);
  return patients[booking % 12 < 2 ? booking % 12 : patients.length] ?? regulars[booking % regulars.length]!;
}
