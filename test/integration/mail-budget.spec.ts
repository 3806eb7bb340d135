import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MailBudget } from '../../src/notifications/mail-budget.js';
import type { Addressed } from '../../src/notifications/notification-row.js';
import { Clinic } from '../support/clinic.js';
import { startWorker } from '../support/worker.js';

let clinic: Clinic;
let workers: INestApplicationContext[];
let notifications = 0;

beforeAll(async () => {
  clinic = await Clinic.open();
  workers = await Promise.all([1, 2].map(() => startWorker(clinic.environment, clinic.clock)));
});

afterAll(async () => {
  await Promise.all((workers ?? []).map((worker) => worker.close()));
  await clinic?.close();
});

function confirmation(email: string, isConfirmed: boolean): Addressed {
  const row = { id: (notifications += 1), kind: 'booked', email, is_confirmed: isConfirmed ? 1 : 0 };
  return row as Addressed;
}

const budgetOf = (worker: INestApplicationContext): MailBudget => worker.get(MailBudget, { strict: false });

test.each([
  { address: 'confirmed', isConfirmed: true, budget: 20 },
  { address: 'unconfirmed', isConfirmed: false, budget: 4 },
])(
  'two workers that send 40 mails to a $address address at once count exactly $budget',
  async ({ address, isConfirmed, budget }) => {
    const reserved = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        budgetOf(workers[index % 2]!).reserve(confirmation(`${address}@people.example`, isConfirmed)),
      ),
    );
    expect(reserved.filter(Boolean)).toHaveLength(budget);
  },
);

test('a further attempt at a counted mail is not counted again', async () => {
  const [worker] = workers;
  const mail = confirmation('again@people.example', true);
  for (let attempt = 0; attempt < 30; attempt += 1) expect(await budgetOf(worker!).reserve(mail)).toBe(true);
  const others = Array.from({ length: 25 }, () => confirmation('again@people.example', true));
  const reserved: boolean[] = [];
  for (const other of others) reserved.push(await budgetOf(worker!).reserve(other));
  expect(reserved.filter(Boolean)).toHaveLength(19);
});

test('a mail that was not accepted leaves its place to another', async () => {
  const budget = budgetOf(workers[0]!);
  const mails = Array.from({ length: 21 }, () => confirmation('released@people.example', true));
  for (const mail of mails.slice(0, 20)) expect(await budget.reserve(mail)).toBe(true);
  expect(await budget.reserve(mails[20]!)).toBe(false);
  await budget.release(mails[3]!);
  expect(await budget.reserve(mails[20]!)).toBe(true);
});
