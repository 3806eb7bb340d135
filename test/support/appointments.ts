import type { Answer, Json } from './client.js';
import type { Clinic, DoctorPerson, Person } from './clinic.js';

/** A booking as the wire shows it. */
export type BookingJson = {
  id: number;
  doctor_id: number;
  user_id: number;
  date: string;
  time: string;
  duration: number;
  status: string;
  version: number;
  timezone: string;
  starts_at: string;
  ends_at: string;
};

/** What a patient asks for; without a duration the default counts. */
export type Wish = { date: string; time: string; duration?: number };

/** Asks for a time, whatever the answer. */
export function ask(
  { client }: Clinic,
  { token }: Person,
  { doctorId }: DoctorPerson,
  wish: Wish,
): Promise<Answer<Json>> {
  return client.post('/api/bookings', { doctor_id: doctorId, ...wish }, { token });
}

/** Books a time that must be open. */
export async function book(
  clinic: Clinic,
  person: Person,
  doctor: DoctorPerson,
  wish: Wish,
): Promise<BookingJson> {
  const { status, body } = await ask(clinic, person, doctor, wish);
  if (status !== 201) throw new Error(`not booked: ${status} ${JSON.stringify(body)}`);
  return body as unknown as BookingJson;
}

/** The open starts of a doctor's date. */
export async function openTimes(
  { client }: Clinic,
  { token }: Person,
  { doctorId }: DoctorPerson,
  date: string,
  duration?: number,
): Promise<string[]> {
  const length = duration === undefined ? '' : `&duration=${duration}`;
  const { status, body } = await client.get<string[]>(
    `/api/bookings/available-slots?doctor_id=${doctorId}&date=${date}${length}`,
    { token },
  );
  if (status !== 200) throw new Error(`no slots: ${status} ${JSON.stringify(body)}`);
  return body;
}
