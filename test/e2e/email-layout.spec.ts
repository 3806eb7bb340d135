import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderLinkEmail } from '../../src/notifications/emails/link-email.js';
import { renderEmail } from '../../src/notifications/emails/email.js';
import { CHROMIUM, openBrowser } from '../support/browser.js';

const CODE = 'Ab3-_9xY'.repeat(8);
const NOT_ME_CODE = 'Zz-8_'.repeat(18).concat('Z');

const facts = {
  locale: 'es',
  clinicName: 'Clínica San Gabriel',
  clinicTimezone: 'Europe/Madrid',
  clinicAddress: 'Calle de la Princesa Mercedes de Borbón 123, 2.º izquierda, 28008 Madrid',
  clinicPhone: '+34 912 345 678',
  unconfirmed: { notMeCode: NOT_ME_CODE },
} as const;

const EMAILS = {
  code: renderLinkEmail({
    ...facts,
    kind: 'verify_address',
    code: CODE,
    expiresAt: Date.parse('2026-12-07'),
  }),
  reschedule: renderEmail({
    ...facts,
    kind: 'moved',
    doctorName: 'Dra. Ana Ruiz',
    specialty: 'Cardiología',
    doctorTimezone: 'America/Argentina/Buenos_Aires',
    startsAt: Date.parse('2026-12-07T09:00:00Z'),
    durationMinutes: 30,
    bookingId: 1042,
    earlier: { startsAt: Date.parse('2026-12-04T16:30:00Z'), durationMinutes: 45 },
    earlierDoctor: 'Dr. Juan Gil',
  }),
  cancellation: renderEmail({
    ...facts,
    kind: 'cancelled',
    doctorName: 'Dra. Ana Ruiz',
    specialty: 'Cardiología',
    doctorTimezone: 'Europe/Madrid',
    startsAt: Date.parse('2026-12-07T09:00:00Z'),
    durationMinutes: 30,
    bookingId: 1042,
    recipientName: 'Wolfeschlegelsteinhausenbergerdorff'.repeat(5),
    dependant: { name: 'Wolfeschlegelsteinhausenbergerdorff'.repeat(5) },
    cancelledByClinic: { reason: 'x'.repeat(500) },
  }),
};

describe.skipIf(!CHROMIUM)('an email in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(() => browser?.close());

  test.each(
    Object.entries(EMAILS).flatMap(([name, { html }]) =>
      [320, 346, 390, 1000].map((width) => ({ name, html, width })),
    ),
  )(
    '$name, $width px wide: each code is seen and copied whole, and nothing is wider than the page',
    async ({ html, width }) => {
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      await page.setContent(html);
      for (const code of [CODE, NOT_ME_CODE].filter((each) => html.includes(each))) {
        const seen = await page.evaluate<{ isClipped: boolean; copied: string }>(`(() => {
        const element = [...document.querySelectorAll('div')].find((each) => each.textContent === '${code}');
        getSelection().selectAllChildren(element);
        return { isClipped: element.scrollWidth > element.clientWidth, copied: getSelection().toString() };
      })()`);
        expect(seen).toEqual({ isClipped: false, copied: code });
      }
      const widest = await page.evaluate<number>('document.documentElement.scrollWidth');
      expect(widest).toBeLessThanOrEqual(width);
      await page.close();
    },
  );
});
