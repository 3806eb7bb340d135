import type { Locale } from '../config/locale.js';

/** The demo clinic: people and hours to try things with. Its passwords are published on purpose. */

/** A weekly window: days are 0 Sunday to 6 Saturday, times HH:MM in the doctor's time zone. */
export interface DemoHours {
  readonly days: readonly number[];
  readonly start: string;
  readonly end: string;
}

export interface DemoDoctor {
  readonly account: string;
  readonly name: string;
  readonly specialty: string;
  readonly contact: string;
  readonly timezone: string;
  /** If undefined, the default windows of a new doctor. */
  readonly hours?: readonly DemoHours[];
}

/** What is known about a person; phones in E.164, which need no country of the clinic. */
export interface DemoPerson {
  readonly givenName: string;
  readonly familyName: string;
  readonly birthDate?: string;
  readonly phone?: string;
}

export interface DemoPatient extends DemoPerson {
  readonly email: string;
  readonly locale: Locale;
  readonly dependants?: readonly DemoPerson[];
}

export const DOCTOR_PASSWORD = 'demo-doctor-password';
export const PATIENT_PASSWORD = 'demo-patient-password';

/** ISO 3166-1 alpha-2. */
export const COUNTRY = 'ES';

export const STAFF = { email: 'desk@clinica.example', password: 'demo-staff-password' };

const WORKDAYS = [1, 2, 3, 4, 5];

export const DOCTORS: readonly DemoDoctor[] = [
  {
    account: 'doctor@clinica.example',
    name: 'Dr. Ana Ruiz',
    specialty: 'General practice',
    contact: 'ana.ruiz@clinica.example',
    timezone: 'Europe/Madrid',
  },
  {
    account: 'tomas.herrera.account@clinica.example',
    name: 'Dr. Tomás Herrera',
    specialty: 'Cardiology',
    contact: 'tomas.herrera@clinica.example',
    timezone: 'Europe/Madrid',
    hours: [
      { days: WORKDAYS, start: '08:30', end: '13:00' },
      { days: [1, 3], start: '15:00', end: '18:30' },
    ],
  },
  {
    account: 'ingrid.solberg.account@clinica.example',
    name: 'Dr. Ingrid Solberg',
    specialty: 'Paediatrics',
    contact: 'ingrid.solberg@clinica.example',
    timezone: 'Europe/Madrid',
    hours: [
      { days: [1, 2, 4], start: '09:00', end: '14:00' },
      { days: [6], start: '09:30', end: '12:30' },
    ],
  },
  {
    account: 'amara.okafor.account@clinica.example',
    name: 'Dr. Amara Okafor',
    specialty: 'Dermatology',
    contact: 'amara.okafor@clinica.example',
    timezone: 'Europe/London',
    hours: [{ days: [2, 3, 4], start: '10:00', end: '18:00' }],
  },
  {
    account: 'camila.rojas.account@clinica.example',
    name: 'Dr. Camila Rojas',
    specialty: 'Psychiatry (by video)',
    contact: 'camila.rojas@clinica.example',
    timezone: 'America/Santiago',
    hours: [{ days: WORKDAYS, start: '09:00', end: '13:00' }],
  },
  {
    account: 'daniel.weiss.account@clinica.example',
    name: 'Dr. Daniel Weiss',
    specialty: 'Orthopaedics',
    contact: 'daniel.weiss@clinica.example',
    timezone: 'Europe/Madrid',
    hours: [
      { days: [1, 5], start: '08:00', end: '12:00' },
      { days: [1, 5], start: '12:00', end: '16:00' },
    ],
  },
  {
    account: 'grace.lee.account@clinica.example',
    name: 'Dr. Grace Lee',
    specialty: 'Second opinions (by video)',
    contact: 'grace.lee@clinica.example',
    timezone: 'America/New_York',
    hours: [{ days: [0, 1, 2, 3, 4], start: '07:00', end: '11:00' }],
  },
  {
    account: 'kenji.mori.account@clinica.example',
    name: 'Dr. Kenji Mori',
    specialty: 'Ophthalmology',
    contact: 'kenji.mori@clinica.example',
    timezone: 'Asia/Tokyo',
    hours: [{ days: [3, 4, 5, 6], start: '13:00', end: '20:00' }],
  },
];

/** An account without a profile: the documentation's example creates one for it. */
export const NEW_DOCTOR = 'new.doctor@clinica.example';

/** Patients with accounts. */
export const PATIENTS: readonly DemoPatient[] = [
  {
    email: 'patient@clinica.example',
    locale: 'en',
    givenName: 'Emma',
    familyName: 'Clarke',
    birthDate: '1984-05-17',
    phone: '+34611223344',
    dependants: [
      { givenName: 'Noah', familyName: 'Clarke', birthDate: '2016-02-09' },
      { givenName: 'Lily', familyName: 'Clarke', birthDate: '2019-11-23' },
    ],
  },
  { email: 'paciente@clinica.example', locale: 'es', givenName: 'Lucía', familyName: 'Romero Gil' },
  {
    email: 'regular@clinica.example',
    locale: 'en',
    givenName: 'Henry',
    familyName: 'Walsh',
    phone: '+442079460018',
  },
  { email: 'sofia@clinica.example', locale: 'es', givenName: 'Sofía', familyName: 'Marín Pons' },
  { email: 'oliver@clinica.example', locale: 'en', givenName: 'Oliver', familyName: 'Hughes' },
  { email: 'marta@clinica.example', locale: 'es', givenName: 'Marta', familyName: 'Prieto Vidal' },
];

/** Patients whom the front desk entered by phone: they have neither account nor email. */
export const CALLERS: readonly DemoPerson[] = [
  { givenName: 'José', familyName: 'Núñez Ibáñez', birthDate: '1951-03-30', phone: '+34913456789' },
  { givenName: 'Carmen', familyName: 'Vega Soler', phone: '+34622334455' },
];
