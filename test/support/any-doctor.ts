import { createType, offerTypes, type TypeJson } from './appointment-types.js';
import type { Answer, Json } from './client.js';
import type { Clinic, DoctorPerson, Person } from './clinic.js';
import { MONDAY } from './races.js';
import { request } from './typed-bookings.js';

/** A type that some doctors offer. */
export interface Offer {
  readonly type: TypeJson;
  readonly doctors: readonly DoctorPerson[];
}

/** New doctors, who all offer a new type and nothing else. */
export async function doctorsWithType(
  clinic: Clinic,
  count: number,
  values: Parameters<typeof createType>[1] = {},
): Promise<Offer> {
  const type = await createType(clinic, values);
  const doctors: DoctorPerson[] = [];
  for (let made = 0; made < count; made += 1) {
    const doctor = await clinic.doctor();
    await offerTypes(clinic, doctor, type);
    doctors.push(doctor);
  }
  return { type, doctors };
}

let colleagues = 0;

/** Adds doctors who offer the type and see patients on Mondays, directly into the database. */
export async function addDoctors(clinic: Clinic, { type }: Offer, count: number): Promise<void> {
  const emails = Array.from({ length: count }, () => `colleague${(colleagues += 1)}@people.example`);
  await clinic.query(
    `INSERT INTO accounts (email, password_hash, role, locale, created_at)
     VALUES ${emails.map(() => "(?, '', 'doctor', 'en', '2026-01-01')").join()}`,
    emails,
  );
  await clinic.query(
    `INSERT INTO doctors (user_id, name, specialty, email, timezone, created_at)
     SELECT id, email, 'Cardiology', email, 'Europe/Madrid', created_at FROM accounts WHERE email IN (?)`,
    [emails],
  );
  const ofColleagues = 'FROM doctors WHERE email IN (?)';
  await clinic.query(
    `INSERT INTO availability_windows (doctor_id, day_of_week, start_time, end_time)
     SELECT id, 1, '09:00', '17:00' ${ofColleagues}`,
    [emails],
  );
  await clinic.query(`INSERT INTO doctor_types (doctor_id, type_id) SELECT id, ${type.id} ${ofColleagues}`, [
    emails,
  ]);
}

/** Requests a booking with any doctor who offers the type, on a Monday. */
export function requestAny(
  clinic: Clinic,
  who: Person,
  { type }: Pick<Offer, 'type'>,
  time: string,
  fields: object = {},
): Promise<Answer<Json>> {
  return request(clinic, who, { doctor_id: 'any', type_id: type.id, date: MONDAY, time, ...fields });
}
