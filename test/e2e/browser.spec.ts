import type { INestApplicationContext } from '@nestjs/common';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM, openBrowser, openPage } from '../support/browser.js';
import { Clinic } from '../support/clinic.js';
import { Mailbox } from '../support/mailbox.js';
import { startWorker } from '../support/worker.js';

/** Opens an operation in Swagger UI. */
async function openOperation(page: Page, operation: string): Promise<Locator> {
  const block = page.locator(`[id$="-${operation}"]`);
  await block.locator('.opblock-summary-control').click();
  await block.locator('.execute').waitFor();
  return block;
}

/** Clicks Execute and reads the response. */
async function execute(block: Locator): Promise<{ status: string; body: unknown }> {
  await block.locator('.execute').click();
  const answer = block.locator('.live-responses-table .response').first();
  const status = await answer.locator('.response-col_status').innerText();
  const body: unknown = JSON.parse(
    await answer.locator('pre.microlight, .microlight code').first().innerText(),
  );
  return { status: status.trim(), body };
}

describe.skipIf(!CHROMIUM)('in a real browser', { timeout: 120_000 }, () => {
  let mailbox: Mailbox;
  let clinic: Clinic;
  let worker: INestApplicationContext;
  let browser: Browser;

  beforeAll(async () => {
    mailbox = await Mailbox.open();
    clinic = await Clinic.open({ env: { SMTP_URL: mailbox.url } });
    worker = await startWorker(clinic.environment, clinic.clock);
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await worker?.close();
    await clinic?.close();
    await mailbox?.close();
  });

  test('Swagger UI’s forms can log in and book an appointment', async () => {
    const patient = await clinic.patient();
    const { doctorId } = await clinic.doctor();
    const { page, complaints } = await openPage(
      await browser.newContext({ viewport: { width: 1280, height: 1000 } }),
    );
    await page.goto(`${clinic.client.baseUrl}/api/docs`);

    const login = await openOperation(page, 'logIn');
    await login
      .locator('textarea')
      .fill(JSON.stringify({ email: patient.email, password: patient.password }));
    const session = await execute(login);
    expect(session.status).toBe('200');
    const { token } = session.body as { token: string };

    await page.locator('.auth-wrapper > .authorize').click();
    await page.locator('.auth-container input').fill(token);
    await page.locator('.auth-btn-wrapper .authorize').click();
    await page.locator('.auth-btn-wrapper .btn-done').click();

    const slots = await openOperation(page, 'listAvailableSlots');
    await slots.locator('[data-param-name="doctor_id"] input').fill(String(doctorId));
    await slots.locator('[data-param-name="date"] input').fill('2026-03-02');
    expect((await execute(slots)).body).toContain('09:15');

    const book = await openOperation(page, 'bookAppointment');
    const appointment = { doctor_id: doctorId, date: '2026-03-02', time: '09:15' };
    await book.locator('textarea').fill(JSON.stringify(appointment));
    const booked = await execute(book);
    expect(booked.status).toBe('201');
    expect(booked.body).toMatchObject(appointment);

    const mine = await execute(await openOperation(page, 'listMyBookings'));
    expect(mine.body).toMatchObject([appointment]);
    expect(complaints).toEqual([]);
    const [mail] = await mailbox.mailsTo(patient.email, 1);
    expect(mail!.mail.subject).toContain('09:15');
  });

  test('Swagger UI lists every route of the document', async () => {
    const { page } = await openPage(await browser.newContext());
    await page.goto(`${clinic.client.baseUrl}/api/docs`);
    await page.locator('.opblock').first().waitFor();
    const { body } = await clinic.client.get<{ paths: Record<string, object> }>('/api/docs-json');
    const routes = Object.values(body.paths).reduce((sum, methods) => sum + Object.keys(methods).length, 0);
    expect(await page.locator('.opblock').count()).toBe(routes);
  });

  test('the queue dashboard shows an admin the job of an email, without the recipient’s address', async () => {
    const admin = await clinic.admin();
    const patient = await clinic.patient();
    const { doctorId } = await clinic.doctor();
    const appointment = { doctor_id: doctorId, date: '2026-03-03', time: '10:00' };
    await clinic.client.post('/api/bookings', appointment, { token: patient.token });
    await mailbox.mailsTo(patient.email, 1);
    const [row] = await clinic.query<{ id: number; lease: number }>(
      'SELECT MAX(id) AS id, MAX(lease) AS lease FROM notifications WHERE state = ?',
      ['sent'],
    );

    const context = await browser.newContext({
      httpCredentials: { username: admin.email, password: admin.password },
      viewport: { width: 1280, height: 1000 },
    });
    const { page, complaints } = await openPage(context);
    await page.goto(`${clinic.client.baseUrl}/admin/queues/queue/notifications?status=completed`);
    const job = `notification-${row!.id}-${row!.lease}`;
    await page.getByText(job).first().waitFor();
    expect(await page.locator('body').innerText()).not.toContain(patient.email);
    expect(complaints).toEqual([]);
  });

  test('the dashboard is not shown without credentials', async () => {
    const { page } = await openPage(await browser.newContext());
    const outcome = await page.goto(`${clinic.client.baseUrl}/admin/queues`).then(
      (answer) => String(answer!.status()),
      (error: Error) => error.message,
    );
    // Without a user to ask for a password, the browser turns the 401 into an error of its own.
    expect(outcome).toMatch(/^401$|ERR_INVALID_AUTH_CREDENTIALS/);
  });
});
