import { CLOSING_TIME, type DoctorPerson, EXCEPTION_DAYS, EXCEPTION_START } from './people.js';
import type { Random } from './random.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** The desk may book a time that began this long ago. */
const WALK_IN_MINUTES = 50;

/** A time with a doctor, as a client requests it. */
export interface RequestedAppointment {
  readonly doctor_id: number;
  readonly date: string;
  readonly time: string;
  readonly duration: number;
}

/** Some of the times are so near that their reminders fall due within two minutes. */
export function randomAppointment(random: Random, doctors: readonly DoctorPerson[]): RequestedAppointment {
  const dice = random.next();
  const minutesAhead = dice < 0.25 ? random.one([60, 24 * 60]) : 0;
  const doctor = random.one(minutesAhead > 0 ? inUtc(doctors) : doctors);
  const start =
    minutesAhead > 0
      ? Math.ceil(Date.now() / MINUTE_MS + minutesAhead + random.next() * 0.7) * MINUTE_MS
      : Date.now() + DAY_MS * random.between(2, 12) + MINUTE_MS * 5 * random.between(0, 287);
  return appointmentAt(doctor, start, minutesAhead > 0 ? 1 : random.between(1, 9) * 5);
}

/** An appointment of a patient who is at the counter, or is about to be. */
export function walkIn(random: Random, doctors: readonly DoctorPerson[]): RequestedAppointment {
  const start = Date.now() - MINUTE_MS * random.between(0, WALK_IN_MINUTES);
  return appointmentAt(random.one(inUtc(doctors)), start, random.between(1, 3) * 5);
}

/** An appointment when a doctor has gone home, or has an exception. */
export function whenAway(random: Random, doctors: readonly DoctorPerson[]): RequestedAppointment {
  const { doctorId } = random.one(doctors.filter(({ timezone }) => timezone !== 'UTC'));
  const isEvening = random.next() < 0.5;
  const days = isEvening ? random.between(2, 12) : random.one(EXCEPTION_DAYS);
  const hour = (isEvening ? CLOSING_TIME : EXCEPTION_START).slice(0, 2);
  const time = `${hour}:${String(random.between(0, 59)).padStart(2, '0')}`;
  return { doctor_id: doctorId, date: dateOf(Date.now() + DAY_MS * days), time, duration: 15 };
}

function appointmentAt({ doctorId }: DoctorPerson, start: number, duration: number): RequestedAppointment {
  return {
    doctor_id: doctorId,
    date: dateOf(start),
    time: new Date(start).toISOString().slice(11, 16),
    duration,
  };
}

function inUtc(doctors: readonly DoctorPerson[]): DoctorPerson[] {
  return doctors.filter(({ timezone }) => timezone === 'UTC');
}

/** The UTC date of an instant. */
export function dateOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}
