import { describe, expect, test } from 'vitest';
import { BOOKING_NOTIFICATION } from '../../test/support/booking-notification.js';
import { WorkerEnvironment } from '../config/worker.environment.js';
import { mailOf } from './mail.js';

const environment = Object.assign(new WorkerEnvironment(), {
  JWT_SECRET: 'a secret of the tests that is long enough',
  MAIL_FROM: 'Clinic <Desk@clínica.example>',
});
const notification = BOOKING_NOTIFICATION;

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
