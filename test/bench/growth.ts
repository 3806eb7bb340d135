import type { Testbed } from './testbed.js';
import { bookingRequests, listRequests, slotRequests } from './scenarios.js';
import { searchRequests } from './search-requests.js';
import { fillPatients } from './seed-patients.js';
import { type LoadRequest, load, median } from './load.js';
import type { Curve } from './plot.js';

/** The number of bookings of each clinic. */
export const SIZES = [10_000, 100_000, 1_000_000, 5_000_000] as const;

const CASES = ['slots', 'slots of the busiest', 'book', 'mine', 'search'] as const;
type Case = (typeof CASES)[number];

/** The most by which the median of the largest clinic may exceed that of the smallest. A search reads more of a longer index. */
export function maxGrowth(name: string): number {
  return name === 'search' ? 1.3 : 1.15;
}

const ROUNDS = 12;
const SECONDS = 1;
const CONNECTIONS = 5;
const BUSIEST = 100_000;
/** One of a hundred patients has a given name, and one of a hundred a family name. */
const NAMES = 100;

/** From 2,000 to 200,000. */
function patientsOf(bookings: number): number {
  return Math.max(2_000, bookings / 25);
}

/**
 * Measures clinics of all sizes on one server. They take turns, because otherwise a change in the machine's speed would
 * look like an effect of size.
 *
 * @returns for each case the median response times in milliseconds, in the order of `SIZES`
 */
export async function measureGrowth(testbed: Testbed, report: (text: string) => void): Promise<Curve[]> {
  const clinics = [];
  for (const size of SIZES) {
    const name = `clinica_${size}`;
    report(`filling a clinic with ${size} bookings`);
    const database = await testbed.clinic(name, { bookings: size, ofDoctorOne: Math.min(size / 2, BUSIEST) });
    await fillPatients(database, { patients: patientsOf(size), names: NAMES });
    await database.end();
    clinics.push({ ...(await testbed.service(name)), testbed, usedTimes: { count: 0 } });
  }
  const emptySeries = (): number[][] => SIZES.map(() => []);
  const times = {
    slots: emptySeries(),
    'slots of the busiest': emptySeries(),
    book: emptySeries(),
    mine: emptySeries(),
    search: emptySeries(),
  };
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const name of CASES) {
      for (const [index, clinic] of clinics.entries()) {
        const requests = requestsOf(name, clinic);
        const seconds = name === 'book' ? {} : { seconds: SECONDS };
        const { p50 } = await load({ url: clinic.url, connections: CONNECTIONS, requests, ...seconds });
        if (round > 0) times[name][index]!.push(p50);
      }
    }
  }
  await testbed.end(...clinics);
  return CASES.map((name) => ({ name, values: times[name].map(median) }));
}

function requestsOf(name: Case, clinic: { testbed: Testbed; usedTimes: { count: number } }): LoadRequest[] {
  const { secret } = clinic.testbed;
  switch (name) {
    case 'slots':
      return slotRequests(secret, 2000);
    case 'slots of the busiest':
      return slotRequests(secret, 500).map((request) => ({
        ...request,
        path: request.path.replace(/doctor_id=\d+/, 'doctor_id=1'),
      }));
    case 'book':
      return bookingRequests(clinic, 1000);
    case 'mine':
      return listRequests(secret);
    case 'search':
      return searchRequests(secret, NAMES);
  }
}
