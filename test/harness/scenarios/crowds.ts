import type { Reply } from '../load-balancer.js';
import type { DoctorPerson } from '../people.js';
import type { Scenario, ScenarioContext } from '../scenario.js';
import { sendUntilFinal } from '../answers.js';

const DAY_MS = 86_400_000;

/** A UTC date. The traffic books at most 12 days ahead. */
function dateIn(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}

/** Calls `act` `times` times, `concurrency` calls at once. */
async function crowd<T>(
  times: number,
  concurrency: number,
  act: (number: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < times) results.push(await act((next += 1)));
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return results;
}

/** Reschedules a booking back and forth between two days. Odd indexes start on the other day. */
async function rescheduleBackAndForth(
  context: ScenarioContext,
  doctor: DoctorPerson,
  index: number,
  until: number,
): Promise<void> {
  const patient = context.people.patients[index % context.people.patients.length]!;
  const time = `${String(8 + index).padStart(2, '0')}:00`;
  const days = [dateIn(40), dateIn(41)];
  if (index % 2 === 1) days.reverse();
  const booked = await sendUntilFinal(() =>
    context.balancer.send('POST', '/api/bookings', {
      actor: patient,
      key: context.random.key(),
      body: { doctor_id: doctor.doctorId, date: days[0], time, duration: 60 },
    }),
  );
  context.expect(`booking ${index} was made`, booked.outcome === 201);
  for (let count = 1; performance.now() < until; count += 1) {
    const change = { date: days[count % 2] };
    const { outcome } = await context.balancer.send('PATCH', `/api/bookings/${String(booked.body.id)}`, {
      actor: patient,
      body: change,
    });
    context.expect(`a reschedule got ${outcome}`, outcome === 200);
  }
}

/** A doctor adds and removes exceptions and windows as fast as possible. */
async function changeRules(context: ScenarioContext, doctor: DoctorPerson, until: number): Promise<void> {
  const send = (method: string, path: string, body?: unknown): Promise<Reply> =>
    context.balancer.send(method, path, { actor: doctor, ...(body !== undefined && { body }) });
  while (performance.now() < until) {
    const date = dateIn(context.random.between(2, 12));
    const blocked = await send('POST', '/api/exceptions', { date, start_time: '06:00', end_time: '18:00' });
    const { body } = await send('GET', '/api/availability/me');
    const windows = body as unknown as { id: number; day_of_week: number }[];
    const window = context.random.one(windows);
    await send('DELETE', `/api/availability/${window.id}`);
    await send('DELETE', `/api/exceptions/${String(blocked.body.id)}`);
    const hours = { start_time: '00:00', end_time: '23:59' };
    await send('POST', '/api/availability', { day_of_week: window.day_of_week, ...hours });
  }
}

/** Many people act at once. */
export const CROWD_SCENARIOS: readonly Scenario[] = [
  {
    name: 'one-slot',
    about: '10 000 requests for one time',
    async run(context) {
      const doctor = context.people.doctors[0]!;
      const body = { doctor_id: doctor.doctorId, date: dateIn(50), time: '10:00' };
      await context.injectFault(async () => {
        const replies = await crowd(context.fullOrShort(10_000, 1_000), 100, (number) => {
          const actor = context.people.patients[number % context.people.patients.length]!;
          return context.balancer.send('POST', '/api/bookings', { actor, body });
        });
        const booked = replies.filter(({ outcome }) => outcome === 201).length;
        const taken = replies.filter(({ outcome, body }) => outcome === 400 && body.code === 'TAKEN').length;
        context.expect(
          `${booked} requests booked it, ${taken} got TAKEN`,
          booked === 1 && taken === replies.length - 1,
        );
      });
    },
  },
  {
    name: 'same-key',
    about: 'one request with a key, sent 1000 times',
    async run(context) {
      const actor = context.people.patients[0]!;
      const body = { doctor_id: context.people.doctors[0]!.doctorId, date: dateIn(51), time: '10:00' };
      const key = context.random.key();
      await context.injectFault(async () => {
        const replies = await crowd(1000, 100, () =>
          context.balancer.send('POST', '/api/bookings', { actor, body, key }),
        );
        const booked = replies.filter(({ outcome }) => outcome === 201);
        const others = replies.filter(({ outcome }) => outcome !== 201 && outcome !== 409);
        context.expect('one booking', new Set(booked.map((reply) => JSON.stringify(reply.body))).size === 1);
        context.expect('no answers but 201 and 409', others.length === 0);
      });
    },
  },
  {
    name: 'moves',
    about: 'patients reschedule between two days in opposite directions, as fast as possible',
    async run(context) {
      const doctor = context.people.doctors[1]!;
      const until = performance.now() + context.fullOrShort(10, 5) * 1000;
      await context.injectFault(() =>
        Promise.all(
          Array.from({ length: 12 }, (_, index) => rescheduleBackAndForth(context, doctor, index, until)),
        ),
      );
    },
  },
  {
    name: 'rules-change',
    about: 'doctors change exceptions and windows while patients book',
    pauseMs: [10, 60],
    async run(context) {
      const until = performance.now() + context.fullOrShort(10, 5) * 1000;
      await context.injectFault(() =>
        Promise.all(context.people.doctors.map((doctor) => changeRules(context, doctor, until))),
      );
    },
  },
];
