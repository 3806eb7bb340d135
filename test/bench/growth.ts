import type { Arena } from './arena.js';
import { bookings, lists, looks } from './duels.js';
import { type Asked, load, median } from './load.js';
import type { Curve } from './plot.js';

/** How many bookings the clinics have. */
export const SIZES = [10_000, 100_000, 1_000_000, 5_000_000] as const;

const CASES = ['slots', 'slots of the busiest', 'book', 'mine'] as const;
type Case = (typeof CASES)[number];

const ROUNDS = 5;
const SECONDS = 1;
const CONNECTIONS = 5;
const BUSIEST = 100_000;

/**
 * Clinics of all sizes on one server, asked in turn, so that a change of the weather is none of their size. Answers with
 * median times, in milliseconds, in the order of `SIZES`.
 */
export async function grow(arena: Arena, tell: (text: string) => void): Promise<Curve[]> {
  const clinics = [];
  for (const size of SIZES) {
    const name = `clinica_${size}`;
    tell(`filling a clinic with ${size} bookings`);
    const database = await arena.clinic(name, { bookings: size, ofDoctorOne: Math.min(size / 2, BUSIEST) });
    await database.end();
    clinics.push({ ...(await arena.service(name)), arena, used: { count: 0 } });
  }
  const none = (): number[][] => SIZES.map(() => []);
  const times = { slots: none(), 'slots of the busiest': none(), book: none(), mine: none() };
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const name of CASES) {
      for (const [index, clinic] of clinics.entries()) {
        const requests = asked(name, clinic);
        const seconds = name === 'book' ? {} : { seconds: SECONDS };
        const { p50 } = await load({ url: clinic.url, connections: CONNECTIONS, requests, ...seconds });
        if (round > 0) times[name][index]!.push(p50);
      }
    }
  }
  await arena.end(...clinics);
  return CASES.map((name) => ({ name, values: times[name].map(median) }));
}

function asked(name: Case, clinic: { arena: Arena; used: { count: number } }): Asked[] {
  const { secret } = clinic.arena;
  switch (name) {
    case 'slots':
      return looks(secret, 2000);
    case 'slots of the busiest':
      return looks(secret, 500).map((look) => ({
        ...look,
        path: look.path.replace(/doctor_id=\d+/, 'doctor_id=1'),
      }));
    case 'book':
      return bookings(clinic, 1000);
    case 'mine':
      return lists(secret);
  }
}
