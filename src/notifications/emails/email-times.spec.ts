import { afterEach, describe, expect, test } from 'vitest';
import { facts, visible } from '../../../test/support/rendered-email.js';
import { renderEmail } from './email.js';

test.each([
  ['Europe/Madrid', '2026-03-29T00:59:00Z', '01:59', 'GMT+1', '29 March 2026'],
  ['Europe/Madrid', '2026-03-29T01:00:00Z', '03:00', 'GMT+2', '29 March 2026'],
  ['America/New_York', '2026-03-08T06:59:00Z', '01:59', 'GMT-5', '8 March 2026'],
  ['America/New_York', '2026-03-08T07:00:00Z', '03:00', 'GMT-4', '8 March 2026'],
  ['America/Santiago', '2026-09-06T03:59:00Z', '23:59', 'GMT-4', '5 September 2026'],
  ['America/Santiago', '2026-09-06T04:00:00Z', '01:00', 'GMT-3', '6 September 2026'],
  ['Australia/Lord_Howe', '2026-10-03T15:29:00Z', '01:59', 'GMT+10:30', '4 October 2026'],
  ['Australia/Lord_Howe', '2026-10-03T15:30:00Z', '02:30', 'GMT+11', '4 October 2026'],
  ['Pacific/Kiritimati', '2026-12-31T10:00:00Z', '00:00', 'GMT+14', '1 January 2027'],
  ['America/St_Johns', '2026-12-31T12:00:00Z', '08:30', 'GMT-3:30', '31 December 2026'],
  ['Europe/London', '2026-12-31T12:00:00Z', '12:00', 'GMT', '31 December 2026'],
])('date, time and offset are those of the clinic’s zone: %s at %s', (zone, instant, clock, offset, date) => {
  const startsAt = Date.parse(instant);
  const { subject, text, html } = renderEmail({
    ...facts,
    clinicTimezone: zone,
    doctorTimezone: zone,
    startsAt,
  });
  expect(subject).toContain(`${clock} (${zone})`);
  for (const content of [text, visible(html)]) {
    expect(content).toContain(`${clock} (${zone}, ${offset})`);
    expect(content).toContain(date);
  }
});

test.each([
  ['Europe/Madrid', '2026-10-25T00:30:00Z', '02:30 (Europe/Madrid, GMT+2)'],
  ['Europe/Madrid', '2026-10-25T01:30:00Z', '02:30 (Europe/Madrid, GMT+1)'],
  ['America/New_York', '2026-11-01T05:30:00Z', '01:30 (America/New_York, GMT-4)'],
  ['America/New_York', '2026-11-01T06:30:00Z', '01:30 (America/New_York, GMT-5)'],
  ['America/Santiago', '2026-04-05T02:30:00Z', '23:30 (America/Santiago, GMT-3)'],
  ['America/Santiago', '2026-04-05T03:30:00Z', '23:30 (America/Santiago, GMT-4)'],
  ['Australia/Lord_Howe', '2026-04-04T14:45:00Z', '01:45 (Australia/Lord_Howe, GMT+11)'],
  ['Australia/Lord_Howe', '2026-04-04T15:15:00Z', '01:45 (Australia/Lord_Howe, GMT+10:30)'],
])('a time that occurs twice is unambiguous in the subject too: %s at %s', (zone, instant, time) => {
  const repeated = { ...facts, clinicTimezone: zone, doctorTimezone: zone, startsAt: Date.parse(instant) };
  expect(renderEmail(repeated).subject).toContain(time);
  expect(renderEmail(repeated).text).toContain(time);
});

test('the email of a clinic in UTC names UTC, and no offset', () => {
  const { subject, text } = renderEmail({ ...facts, clinicTimezone: 'UTC', doctorTimezone: 'UTC' });
  expect(subject).toMatch(/, 09:00 \(UTC\)$/);
  expect(text).toContain('Time: 09:00 (UTC)\n');
});

test('the email for a doctor in another time zone has one more line, with the doctor’s date, time and zone', () => {
  const line = 'Doctor’s local time: Tuesday, 8 December 2026, 01:00 (Asia/Vladivostok, GMT+10)';
  const away = { ...facts, startsAt: Date.parse('2026-12-07T15:00:00Z'), doctorTimezone: 'Asia/Vladivostok' };
  const here = renderEmail({ ...away, doctorTimezone: 'Europe/Madrid' });
  expect(
    renderEmail(away)
      .text.split('\n')
      .filter((each) => !here.text.includes(each)),
  ).toEqual([line]);
  expect(visible(renderEmail(away).html)).toContain(
    'Tuesday, 8 December 2026, 01:00 (Asia/Vladivostok, GMT+10)',
  );
});

test('the email for a doctor with the clinic’s local time has no more lines, whatever the zone is called', () => {
  const paris = renderEmail({ ...facts, doctorTimezone: 'Europe/Paris' });
  expect(paris).toEqual(renderEmail(facts));
  expect(paris.text).not.toContain('local time');
});

test.each([
  ['2026-12-07T00:30:00Z', 'a la 01:30'],
  ['2026-12-07T01:30:00Z', 'a las 02:30'],
  ['2026-12-07T12:00:00Z', 'a las 13:00'],
])('in Spanish one o’clock is singular: %s', (instant, time) => {
  expect(renderEmail({ ...facts, locale: 'es', startsAt: Date.parse(instant) }).text).toContain(time);
});

describe('whatever the machine’s time zone', () => {
  const machinesZone = process.env.TZ;
  afterEach(() => {
    if (machinesZone === undefined) delete process.env.TZ;
    else process.env.TZ = machinesZone;
  });

  test.each([
    ['Pacific/Kiritimati', -840],
    ['America/Los_Angeles', 480],
    ['UTC', 0],
  ])('the email is the same: %s', (zone, minutesBehindUtc) => {
    process.env.TZ = zone;
    expect(new Date(facts.startsAt).getTimezoneOffset()).toBe(minutesBehindUtc);
    const { subject, text, html } = renderEmail({ ...facts, doctorTimezone: 'America/Santiago' });
    expect(subject).toContain('Mon 7 Dec 2026, 10:00 (Europe/Madrid)');
    for (const content of [text, visible(html)]) {
      expect(content).toContain('Monday, 7 December 2026 at 10:00 (Europe/Madrid, GMT+1)');
      expect(content).toContain('Monday, 7 December 2026, 06:00 (America/Santiago, GMT-3)');
    }
  });
});

test('an unknown zone or an invalid start throws a RangeError', () => {
  expect(() => renderEmail({ ...facts, clinicTimezone: 'Europe/Atlantis' })).toThrow(RangeError);
  expect(() => renderEmail({ ...facts, startsAt: Number.NaN })).toThrow(RangeError);
});
