import { describe, expect, test } from 'vitest';
import { WorkerEnvironment } from '../config/worker.environment.js';
import { mailOf } from './mail.js';
import type { BookingNotificationRow } from './notification.reader.js';

const environment = Object.assign(new WorkerEnvironment(), {
  JWT_SECRET: 'a secret of the tests that is long enough',
  MAIL_FROM: 'Clinic <Desk@clínica.example>',
});
const notification: BookingNotificationRow = {
  id: 1,
  account_id: 2,
  message_id: '<1@clinic.example>',
  attempts: 0,
  created_at: new Date('2026-03-01T10:00:00Z'),
  email: '',
  locale: 'en',
  is_confirmed: 1,
  is_refused: 0,
  kind: 'booked',
  booking_version: 1,
  starts_at: new Date('2026-03-02T10:00:00Z'),
  duration_minutes: 30,
  booking_id: 3,
  uid: 'uid',
  status: 'booked',
  current_version: 1,
  doctor_name: 'Dr. Ana Ruiz',
  specialty: 'Cardiology',
  doctor_timezone: 'Europe/Madrid',
  announced_starts_at: null,
  announced_duration_minutes: null,
  blocked_until: null,
};

describe('To and ATTENDEE spell an address alike', () => {
  test.each([
    ['ada@people.example', 'ada@people.example'],
    ['ada@münchen.example', 'ada@xn--mnchen-3ya.example'],
    ['ada@xn--mnchen-3ya.example', 'ada@xn--mnchen-3ya.example'],
    ['josé@people.example', 'josé@people.example'],
    ['a+b@people.example', 'a+b@people.example'],
  ])('%s', (email, spelled) => {
    const { to, icalEvent } = mailOf({ ...notification, email }, environment);
    expect((to as { address: string }).address).toBe(spelled);
    const content = (icalEvent as { content: string }).content.replaceAll('\r\n ', '');
    expect(decodeURIComponent(/^ATTENDEE[^:]*:mailto:(.*)$/m.exec(content)![1]!)).toBe(spelled);
    expect(content).toMatch(/^ORGANIZER[^:]*:mailto:Desk@xn--clnica-4va\.example$/m);
  });
});
