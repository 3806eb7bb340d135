import type { Answer, Json } from './client.js';
import type { Clinic, DoctorPerson, Person } from './clinic.js';

/** A booking as the API returns it. */
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

/** The time that a patient requests, for the default duration if none is given. */
export type AppointmentRequest = { date: string; time: string; duration?: number };

/** Requests a booking, and returns the answer whatever it is. */
export function requestBooking(
  { client }: Clinic,
  { token }: Person,
  { doctorId }: DoctorPerson,
  wish: AppointmentRequest,
): Promise<Answer<Json>> {
  return client.post('/api/bookings', { doctor_id: doctorId, ...wish }, { token });
}

/** Books an available time. @throws if the booking is refused */
export async function book(
  clinic: Clinic,
  person: Person,
  doctor: DoctorPerson,
  wish: AppointmentRequest,
): Promise<BookingJson> {
  const { status, body } = await requestBooking(clinic, person, doctor, wish);
  if (status !== 201) throw new Error(`not booked: ${status} ${JSON.stringify(body)}`);
  return body as unknown as BookingJson;
}

/** The available slots of a doctor's date. */
export async function slotsOf(
  { client }: Clinic,
  { token }: Person,
  { doctorId }: DoctorPerson,
  date: string,
  duration?: number,
): Promise<string[]> {
  const durationParameter = duration === undefined ? '' : `&duration=${duration}`;
  const { status, body } = await client.get<string[]>(
    `/api/bookings/available-slots?doctor_id=${doctorId}&date=${date}${durationParameter}`,
    { token },
  );
  if (status !== 200) throw new Error(`no slots: ${status} ${JSON.stringify(body)}`);
  return body;
}
