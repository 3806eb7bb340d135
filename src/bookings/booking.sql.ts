import { joinDoctor } from '../doctors/doctor.sql.js';

/** Joins the booking with that id, as `b`. */
export function joinBooking(id: string): string {
  return `JOIN bookings b ON b.id = ${id}`;
}

/** Bookings as `b`, with their doctors as `d`. */
export const BOOKINGS_WITH_DOCTORS = `bookings b ${joinDoctor('b.doctor_id')}`;
