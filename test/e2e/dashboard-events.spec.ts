import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NotificationQueue } from '../../src/notifications/notification-queue.js';
import { eventsDuring } from '../support/audit-events.js';
import { withSecondFactor } from '../support/authenticator.js';
import { Clinic, type Person } from '../support/clinic.js';
import { sendVerbatim } from '../support/verbatim-http.js';

let clinic: Clinic;
let admin: Person;

beforeAll(async () => {
  clinic = await Clinic.open();
  admin = await clinic.admin();
});

afterAll(() => clinic?.close());

const eventsOf = (act: () => Promise<unknown>, count?: number) => eventsDuring(clinic, act, count);

describe('the dashboard', () => {
  const visit = (path: string, { email, password }: Person, method = 'GET') =>
    sendVerbatim(clinic.client.baseUrl, `/admin/queues${path}`, {
      method,
      headers: { authorization: `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}` },
    });

  test('each change by an admin is an event, and viewing is not', async () => {
    const { queue } = clinic.app.get(NotificationQueue);
    const boss = await clinic.admin();
    const job = await queue.add('message', { id: 1, lease: 1 }, { jobId: 'message-1-1', delay: 86_400_000 });
    const events = await eventsOf(async () => {
      await visit('/api/queues', boss);
      await visit(`/api/queues/${queue.name}/pause`, boss, 'PUT');
      await visit(`/api/queues/${queue.name}/resume`, boss, 'PUT');
      await visit(`/api/queues/${queue.name}/${job.id}/retry`, boss, 'PUT');
      await visit(`/api/queues/${queue.name}/${job.id}/clean`, boss, 'PUT');
    }, 5);
    expect(events[0]).toMatchObject({ actor_id: boss.id, action: 'account.logged_in' });
    expect(events.slice(1).map(({ action }) => action)).toEqual(
      Array.from({ length: 4 }, () => 'queue.changed'),
    );
    for (const event of events)
      expect(event).toMatchObject({ actor_id: boss.id, actor_role: 'admin', address: '127.0.0.1' });
    expect(events.slice(1).map(({ particulars }) => particulars)).toEqual([
      { action: 'PUT /api/queues/:queueName/pause' },
      { action: 'PUT /api/queues/:queueName/resume' },
      { action: 'PUT /api/queues/:queueName/:jobId/retry', job: 'message-1-1' },
      { action: 'PUT /api/queues/:queueName/:jobId/clean', job: 'message-1-1' },
    ]);
    expect(await queue.isPaused()).toBe(false);
  });

  test('visits with a token are one event a minute, like visits with a password', async () => {
    const boss = await withSecondFactor(clinic, await clinic.admin());
    const look = () => visit('/api/queues', { ...boss, password: boss.token });
    const visits = async () => {
      expect((await look()).status).toBe(200);
      expect((await look()).status).toBe(200);
    };
    const expected = { actor_id: boss.id, action: 'account.logged_in', particulars: { dashboard: true } };
    expect(await eventsOf(visits)).toMatchObject([expected]);
    clinic.clock.advance({ seconds: 61 });
    expect(await eventsOf(visits)).toMatchObject([expected]);
  });

  test('rejected visitors are recorded, with their account if they have one', async () => {
    const person = await clinic.patient();
    const events = await eventsOf(async () => {
      await visit('/api/queues', person);
      await visit('/api/queues', { ...admin, password: 'a wrong guess' });
    }, 2);
    expect(events).toMatchObject([
      { actor_id: person.id, action: 'account.access_denied', particulars: { code: 'ADMIN_REQUIRED' } },
      { actor_id: null, action: 'account.login_refused', subject_id: admin.id },
    ]);
  });
});
