import { sendUntilFinal } from '../answers.js';
import { dateOf } from '../appointments.js';
import type { Reply } from '../load-balancer.js';
import type { Person } from '../people.js';
import type { Scenario, ScenarioContext } from '../scenario.js';

const DAY_MS = 86_400_000;
const OVERRIDE = { rules: ['TAKEN'], reason: 'As agreed with the doctor' };

/** A UTC date. The traffic books at most 12 days ahead. */
function dateIn(days: number): string {
  return dateOf(Date.now() + days * DAY_MS);
}

/** One account of each place at the desk. */
function desksOf({ people }: ScenarioContext): Person[] {
  return people.desks.map((accounts) => accounts.at(-1)!);
}

/** Has the desk book for a patient. */
async function bookAtDesk(context: ScenarioContext, actor: Person, body: object): Promise<number> {
  const key = context.random.key();
  const send = (): Promise<Reply> => context.balancer.send('POST', '/api/bookings', { actor, key, body });
  const { outcome, body: booking } = await sendUntilFinal(send);
  context.expect(`the desk got ${outcome} for a free time`, outcome === 201);
  return Number(booking.id);
}

/** All patients and desks request overlapping times at once; the desks override what is taken. */
async function requestOneTime(context: ScenarioContext, round: number): Promise<void> {
  const { balancer, people, random } = context;
  const hour = String(Math.floor(round / 2)).padStart(2, '0');
  const body = (minute: number): object => ({
    doctor_id: people.doctors[0]!.doctorId,
    date: dateIn(52),
    time: `${hour}:${String((round % 2) * 30 + minute).padStart(2, '0')}`,
    duration: 10,
  });
  const desks = desksOf(context).map((actor, index) => {
    const { patientId } = people.deskPatients[index]!;
    const wish = { ...body(random.between(0, 4)), patient_id: patientId, override: OVERRIDE };
    return balancer.send('POST', '/api/bookings', { actor, body: wish });
  });
  const patients = people.patients.map((actor) =>
    balancer.send('POST', '/api/bookings', { actor, body: body(random.between(0, 4)) }),
  );
  const booked = (replies: readonly Reply[]): Reply[] => replies.filter(({ outcome }) => outcome === 201);
  const atDesk = booked(await Promise.all(desks));
  const first = [...atDesk, ...booked(await Promise.all(patients))].filter(
    ({ body }) => body.overbooked !== true,
  );
  context.expect(`${atDesk.length} desks booked in round ${round}`, atDesk.length === desks.length);
  context.expect(`${first.length} bookings of round ${round} are not overbooked`, first.length === 1);
}

/** Moves a booking back and forth between two doctors. Odd indexes start with the other doctor. */
async function moveBackAndForth(context: ScenarioContext, index: number, until: number): Promise<void> {
  const actor = desksOf(context)[index % context.people.desks.length]!;
  const doctors = [context.people.doctors[0]!.doctorId, context.people.doctors[2]!.doctorId];
  if (index % 2 === 1) doctors.reverse();
  const { patientId } = context.people.deskPatients[0]!;
  const time = `${String(8 + index).padStart(2, '0')}:00`;
  const place = { doctor_id: doctors[0], date: dateIn(43), time, duration: 60 };
  const id = await bookAtDesk(context, actor, { patient_id: patientId, ...place });
  for (let count = 1; performance.now() < until; count += 1) {
    const body = { doctor_id: doctors[count % 2] };
    const { outcome } = await context.balancer.send('PATCH', `/api/bookings/${id}`, { actor, body });
    context.expect(`a move to another doctor got ${outcome}`, outcome === 200);
  }
}

/** All desks change the same version of a booking at once. */
async function changeOneVersion(context: ScenarioContext, round: number): Promise<void> {
  const desks = desksOf(context);
  const { patientId } = context.people.deskPatients[1]!;
  const time = `${String(round).padStart(2, '0')}:00`;
  const place = { doctor_id: context.people.doctors[0]!.doctorId, date: dateIn(44), time, duration: 5 };
  const id = await bookAtDesk(context, desks[0]!, { patient_id: patientId, ...place });
  const [change, cancel] = [`/api/bookings/${id}`, `/api/bookings/${id}/cancel`];
  const replies = await Promise.all(
    desks.map((actor, index) => {
      const isCancelling = (index + round) % desks.length === 0;
      const body = isCancelling ? { reason: 'As agreed' } : { time: time.replace(':00', `:${index + 1}0`) };
      const request = { actor, body, ifMatch: 1 };
      return isCancelling
        ? context.balancer.send('POST', cancel, request)
        : context.balancer.send('PATCH', change, request);
    }),
  );
  const changed = replies.filter(({ outcome }) => outcome === 200).length;
  context.expect(`${changed} desks changed the same version in round ${round}`, changed === 1);
}

/** Many desks act at once. */
export const DESK_SCENARIOS: readonly Scenario[] = [
  {
    name: 'desk-overrides',
    about: 'desks overbook times that patients book at the same moment',
    async run(context) {
      await context.injectFault(async () => {
        for (let round = 0; round < context.fullOrShort(40, 10); round += 1)
          await requestOneTime(context, round);
      });
    },
  },
  {
    name: 'desk-moves',
    about: 'desks move bookings between two doctors in opposite directions, as fast as possible',
    async run(context) {
      const until = performance.now() + context.fullOrShort(10, 5) * 1000;
      await context.injectFault(() =>
        Promise.all(Array.from({ length: 12 }, (_, index) => moveBackAndForth(context, index, until))),
      );
    },
  },
  {
    name: 'desk-versions',
    about: 'desks change or cancel the same version of a booking at the same moment',
    async run(context) {
      await context.injectFault(async () => {
        for (let round = 0; round < context.fullOrShort(20, 5); round += 1)
          await changeOneVersion(context, round);
      });
    },
  },
];
