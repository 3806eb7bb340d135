import type { DataSource } from 'typeorm';
import { eventsAbout, exportEvents } from '../audit/event.personal-data.js';
import {
  exportAccount,
  exportLinks,
  exportLinkNotifications,
} from '../auth/accounts/account.personal-data.js';
import { exportRefreshTokens, exportSessions } from '../auth/sessions/session.personal-data.js';
import { exportExceptions, exportWindows } from '../availability/availability.personal-data.js';
import {
  exportBookingEventsOfPatient,
  exportBookings,
  exportBookingsOfPatient,
  exportNotificationsOfBookings,
  exportNotificationsOfPatient,
} from '../bookings/booking.personal-data.js';
import type { Pages, PagesOfAccount } from '../database/pages.js';
import { exportDoctorProfile } from '../doctors/doctor.personal-data.js';
import { DOCTOR_ID_OF_ACCOUNT } from '../doctors/doctor.sql.js';
import { exportRequests } from '../idempotency/request.personal-data.js';
import { exportNotices } from '../outbox/notification.personal-data.js';
import { exportPatient, exportPatients } from '../patients/patient.personal-data.js';

/** The sections of an export in order, each read by the module that owns the data. */
const SECTIONS = {
  account: exportAccount,
  doctor_profile: exportDoctorProfile,
  availability: exportWindows,
  exceptions: exportExceptions,
  patients: exportPatients,
  bookings: exportBookings,
  messages: exportNotifications,
  sessions: exportSessions,
  refresh_tokens: exportRefreshTokens,
  links: exportLinks,
  requests: exportRequests,
  events: (dataSource, accountId) => exportEvents(dataSource, accountId, DOCTOR_ID_OF_ACCOUNT),
} satisfies Record<string, PagesOfAccount>;

export type Section = keyof typeof SECTIONS;

/** All data about an account, section by section. */
export function sectionsOf(dataSource: DataSource, accountId: number): [Section, Pages][] {
  const sections = Object.entries(SECTIONS) as [Section, PagesOfAccount][];
  return sections.map(([name, pages]) => [name, pages(dataSource, accountId)]);
}

async function* exportNotifications(dataSource: DataSource, accountId: number): Pages {
  yield* exportNotificationsOfBookings(dataSource, accountId);
  yield* exportLinkNotifications(dataSource, accountId);
  yield* exportNotices(dataSource, accountId);
}

/** The sections of the export of a patient, each from the patient's id. */
const PATIENT_SECTIONS = {
  patient: exportPatient,
  bookings: exportBookingsOfPatient,
  messages: exportNotificationsOfPatient,
  events: exportEventsOfPatient,
} satisfies Record<string, (dataSource: DataSource, patientId: number) => Pages>;

export type PatientSection = keyof typeof PATIENT_SECTIONS;

/** All data about a patient, section by section. */
export function sectionsOfPatient(dataSource: DataSource, patientId: number): [PatientSection, Pages][] {
  const sections = Object.entries(PATIENT_SECTIONS) as [PatientSection, typeof exportPatient][];
  return sections.map(([name, pages]) => [name, pages(dataSource, patientId)]);
}

async function* exportEventsOfPatient(dataSource: DataSource, patientId: number): Pages {
  yield* eventsAbout(dataSource, 'patient', [patientId]);
  yield* exportBookingEventsOfPatient(dataSource, patientId);
}
