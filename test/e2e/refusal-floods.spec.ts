import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RefusalTrail } from '../../src/audit/refusal-trail.js';
import { SYSTEM_CONTEXT } from '../../src/http/context.js';
import { eventsAfter, eventsDuring } from '../support/audit-events.js';
import { Clinic } from '../support/clinic.js';
import { eventually } from '../support/eventually.js';
import { sendVerbatim } from '../support/verbatim-http.js';
import { withSettings } from '../support/with-settings.js';

let clinic: Clinic;

beforeAll(async () => {
  clinic = await Clinic.open();
});

afterAll(() => clinic?.close());

const eventsOf = (act: () => Promise<unknown>) => eventsDuring(clinic, act);

const visitorAt = (address: string) => ({
  ...SYSTEM_CONTEXT,
  actor: { ...SYSTEM_CONTEXT.actor, address },
});

const attempt = (email: string, password: string) =>
  clinic.client.post('/api/auth/login', { email, password });

describe('a flood of refusals does not fill the table', () => {
  test('the first of several identical refusals is an event, and the rest of that minute are one event with a count', async () => {
    const { id, email } = await clinic.patient();
    const flood = async () => {
      await Promise.all(Array.from({ length: 12 }, () => attempt(email, 'a wrong guess')));
    };
    const events = await eventsOf(flood);
    expect(events).toHaveLength(1);
    const trail = clinic.app.get(RefusalTrail);
    const counts = await eventsOf(async () => {
      clinic.clock.advance({ seconds: 61 });
      await trail.writeCounts();
    });
    expect(counts.find(({ subject_id }) => subject_id === id)).toMatchObject({
      action: 'account.login_refused',
      address: '127.0.0.1',
      particulars: { code: 'INVALID_CREDENTIALS', count: 11 },
    });
    const again = await eventsOf(() => attempt(email, 'a wrong guess'));
    expect(again).toHaveLength(1);
  });

  test('a thousand accounts tried within a minute leave at most 502 events, and every refusal is counted', async () => {
    const trail = clinic.app.get(RefusalTrail);
    const refused = (turn: number) =>
      trail.record(visitorAt(`192.0.2.${turn % 250}`), {
        action: 'account.login_refused',
        subjectId: 0,
        particulars: { code: 'INVALID_CREDENTIALS', email_hash: `hash ${turn}` },
      });
    const events = await eventsOf(async () => {
      for (let turn = 0; turn < 1_000; turn += 1) await refused(turn);
      clinic.clock.advance({ seconds: 61 });
      await trail.writeCounts();
    });
    expect(events.length).toBeLessThanOrEqual(502);
    const counted = events.reduce((sum, { particulars }) => sum + Number(particulars.count ?? 1), 0);
    expect(counted).toBe(1_000);
  });

  test('many kinds of refusal from one address do not hide those from another', async () => {
    const trail = clinic.app.get(RefusalTrail);
    const refused = (address: string, route: string) =>
      trail.record(visitorAt(address), {
        action: 'account.access_denied',
        subjectId: 0,
        particulars: { code: 'FORBIDDEN', route },
      });
    const events = await eventsOf(async () => {
      // All in one /64, which is what a provider assigns to one customer.
      for (let turn = 0; turn < 600; turn += 1) await refused(`2001:db8::${turn.toString(16)}`, `/${turn}`);
      await refused('2001:db8:1::1', '/another');
      clinic.clock.advance({ seconds: 61 });
      await trail.writeCounts();
    });
    expect(events).toContainEqual(expect.objectContaining({ address: '2001:db8:1::1' }));
    expect(events.length).toBeLessThan(70);
    const counted = events.reduce((sum, { particulars }) => sum + Number(particulars.count ?? 1), 0);
    expect(counted).toBe(601);
  });
});

describe('a flood of one account hides no other account', () => {
  const deniedAt = (id: number, route: string) =>
    clinic.app
      .get(RefusalTrail)
      .record(
        { actor: { id, role: 'user', address: '198.51.100.7' }, requestId: null },
        { action: 'account.access_denied', subjectId: id, particulars: { code: 'FORBIDDEN', route } },
      );
  const eventsOfMinute = (act: () => Promise<unknown>) =>
    eventsOf(async () => {
      await act();
      clinic.clock.advance({ seconds: 61 });
      await clinic.app.get(RefusalTrail).writeCounts();
    });

  test('an account with many kinds of refusal is summed up in one event with its id and their count', async () => {
    const events = await eventsOfMinute(async () => {
      for (let turn = 0; turn < 40; turn += 1) await deniedAt(71, `/${turn}`);
      await deniedAt(72, '/once');
    });
    expect(events).toHaveLength(12);
    expect(events).toContainEqual(expect.objectContaining({ actor_id: 72, subject_id: 72 }));
    expect(events.at(-1)).toMatchObject({
      actor_id: 71,
      subject_id: 71,
      address: '198.51.100.7',
      particulars: { of: 'account', count: 30 },
    });
  });

  test('counts are written once, even while an earlier writing is in progress', async () => {
    const events = await eventsOf(async () => {
      for (let turn = 0; turn < 40; turn += 1)
        for (let time = 0; time < 2; time += 1) await deniedAt(2_000 + turn, '/a');
      clinic.clock.advance({ seconds: 61 });
      const trail = clinic.app.get(RefusalTrail);
      await Promise.all([trail.writeCounts(), trail.writeCounts()]);
    });
    expect(events).toHaveLength(80);
  });

  test('each of a hundred accounts behind one address is named', async () => {
    const ids = Array.from({ length: 100 }, (_, turn) => 1_000 + turn);
    const events = await eventsOfMinute(async () => {
      for (const id of ids) for (const route of ['/a', '/b']) await deniedAt(id, route);
    });
    expect([...new Set(events.map(({ actor_id }) => actor_id))].sort()).toEqual(ids);
    const counted = events.reduce((sum, { particulars }) => sum + Number(particulars.count ?? 1), 0);
    expect(counted).toBe(200);
  });
});

describe('rate-limited log-ins', () => {
  let limited: Clinic;

  beforeAll(async () => {
    limited = await Clinic.over(withSettings(clinic.environment, { RATE_LIMIT_ENABLED: true }), clinic.clock);
  });

  afterAll(() => limited?.app.close());

  test.each([
    ['the API', '127.0.9.1', '/api/auth/login'],
    ['the dashboard', '127.0.9.2', '/admin/queues/api/queues'],
  ])(
    'at %s are one event per address, and after a minute one more with their count',
    async (_, from, path) => {
      const { email } = await clinic.patient();
      const body = { email, password: 'a wrong guess' };
      const basic = `Basic ${Buffer.from(`${email}:${body.password}`).toString('base64')}`;
      const guess = async () => {
        const { status } = path.startsWith('/api/')
          ? await sendVerbatim(limited.client.baseUrl, path, {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              chunks: [JSON.stringify(body)],
              localAddress: from,
            })
          : await sendVerbatim(limited.client.baseUrl, path, {
              headers: { authorization: basic },
              localAddress: from,
            });
        return status;
      };
      const statuses = await Promise.all(Array.from({ length: 25 }, guess));
      const refused = statuses.filter((status) => status === 429).length;
      // Fewer than fifteen if the limit's minute ended meanwhile.
      expect(refused).toBeGreaterThan(1);
      const ofFlood = async () =>
        (await eventsAfter(clinic, 0)).filter(
          ({ address, particulars }) => address === from && particulars.code === 'TOO_MANY_REQUESTS',
        );
      await eventually('the first event is written', async () => (await ofFlood()).length > 0);
      // Events are written after the responses.
      await new Promise((resolve) => setTimeout(resolve, 500));
      const expected = {
        actor_id: null,
        action: 'account.login_refused',
        subject_id: 0,
        particulars: { code: 'TOO_MANY_REQUESTS' },
      };
      expect(await ofFlood()).toMatchObject([expected]);
      clinic.clock.advance({ seconds: 61 });
      await limited.app.get(RefusalTrail).writeCounts();
      expect(await ofFlood()).toMatchObject([
        expected,
        { ...expected, particulars: { code: 'TOO_MANY_REQUESTS', count: refused - 1 } },
      ]);
    },
  );
});
