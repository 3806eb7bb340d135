import type { Reply } from '../front.js';
import type { DoctorPerson } from '../people.js';
import type { Scenario, Stage } from '../scenario.js';
import { untilDecided } from '../answers.js';

const DAY_MS = 86_400_000;

/** A date so far ahead that no other patient comes near it. */
function dateIn(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
}

/** Does something so often, so many at once. */
async function crowd<T>(times: number, atOnce: number, act: (number: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < times) results.push(await act((next += 1)));
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return results;
}

/** Two patients of one doctor who change places between two days, each from the other end. */
async function changePlaces(stage: Stage, doctor: DoctorPerson, index: number, until: number): Promise<void> {
  const patient = stage.people.patients[index % stage.people.patients.length]!;
  const time = `${String(8 + index).padStart(2, '0')}:00`;
  const days = [dateIn(40), dateIn(41)];
  if (index % 2 === 1) days.reverse();
  const booked = await untilDecided(() =>
    stage.front.send('POST', '/api/bookings', {
      by: patient,
      key: stage.random.key(),
      body: { doctor_id: doctor.doctorId, date: days[0], time, duration: 60 },
    }),
  );
  stage.expect(`place ${index} was booked`, booked.end === 201);
  for (let moves = 1; performance.now() < until; moves += 1) {
    const change = { date: days[moves % 2] };
    const { end } = await stage.front.send('PATCH', `/api/bookings/${String(booked.body.id)}`, {
      by: patient,
      body: change,
    });
    stage.expect(`a move was answered ${end}`, end === 200);
  }
}

/** A doctor who blocks and frees time, and closes and opens a day of the week, as fast as it goes. */
async function changeRules(stage: Stage, doctor: DoctorPerson, until: number): Promise<void> {
  const ask = (method: string, path: string, body?: unknown): Promise<Reply> =>
    stage.front.send(method, path, { by: doctor, ...(body !== undefined && { body }) });
  while (performance.now() < until) {
    const date = dateIn(stage.random.between(2, 12));
    const blocked = await ask('POST', '/api/exceptions', { date, start_time: '06:00', end_time: '18:00' });
    const { body } = await ask('GET', '/api/availability/me');
    const windows = body as unknown as { id: number; day_of_week: number }[];
    const window = stage.random.one(windows);
    await ask('DELETE', `/api/availability/${window.id}`);
    await ask('DELETE', `/api/exceptions/${String(blocked.body.id)}`);
    const hours = { start_time: '00:00', end_time: '23:59' };
    await ask('POST', '/api/availability', { day_of_week: window.day_of_week, ...hours });
  }
}

/** What many people do at once. */
export const CROWDS: readonly Scenario[] = [
  {
    name: 'one-slot',
    about: '10 000 clicks on one time',
    async run(stage) {
      const doctor = stage.people.doctors[0]!;
      const wish = { doctor_id: doctor.doctorId, date: dateIn(50), time: '10:00' };
      await stage.fault(async () => {
        const replies = await crowd(stage.size(10_000, 1_000), 100, (number) => {
          const by = stage.people.patients[number % stage.people.patients.length]!;
          return stage.front.send('POST', '/api/bookings', { by, body: wish });
        });
        const booked = replies.filter(({ end }) => end === 201).length;
        const taken = replies.filter(({ end, body }) => end === 400 && body.code === 'TAKEN').length;
        stage.expect(`${booked} had it, ${taken} were told`, booked === 1 && taken === replies.length - 1);
      });
    },
  },
  {
    name: 'same-key',
    about: 'one request with a key, 1000 times',
    async run(stage) {
      const by = stage.people.patients[0]!;
      const body = { doctor_id: stage.people.doctors[0]!.doctorId, date: dateIn(51), time: '10:00' };
      const key = stage.random.key();
      await stage.fault(async () => {
        const replies = await crowd(1000, 100, () =>
          stage.front.send('POST', '/api/bookings', { by, body, key }),
        );
        const booked = replies.filter(({ end }) => end === 201);
        const others = replies.filter(({ end }) => end !== 201 && end !== 409);
        stage.expect('one booking', new Set(booked.map((reply) => JSON.stringify(reply.body))).size === 1);
        stage.expect('nothing but 201 and 409', others.length === 0);
      });
    },
  },
  {
    name: 'moves',
    about: 'patients move between two days in opposite directions, as fast as it goes',
    async run(stage) {
      const doctor = stage.people.doctors[1]!;
      const until = performance.now() + stage.size(10, 5) * 1000;
      await stage.fault(() =>
        Promise.all(Array.from({ length: 12 }, (_, index) => changePlaces(stage, doctor, index, until))),
      );
    },
  },
  {
    name: 'rules-change',
    about: 'doctors block time and change their windows while patients book it',
    pauseMs: [10, 60],
    async run(stage) {
      const until = performance.now() + stage.size(10, 5) * 1000;
      await stage.fault(() =>
        Promise.all(stage.people.doctors.map((doctor) => changeRules(stage, doctor, until))),
      );
    },
  },
];
