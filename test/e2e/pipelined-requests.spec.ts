import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Clinic, type DoctorPerson, type Person } from '../support/clinic.js';
import { TUESDAY } from '../support/races.js';

/** The request in progress and the requests that may wait behind it. */
const PIPELINE_LIMIT = 17;
const ID = '00000000-0000-4000-8000-';

let clinic: Clinic;
let patient: Person;
let doctor: DoctorPerson;

beforeAll(async () => {
  clinic = await Clinic.open();
  [patient, doctor] = [await clinic.patient(), await clinic.doctor()];
});

afterAll(() => clinic?.close());

interface PipelinedAnswer {
  readonly status: number;
  /** The number of the request, from its X-Request-Id. */
  readonly number: number;
  readonly closes: boolean;
}

/** Sends requests at once on one connection. Returns the answers when all are in or the connection is closed. */
function pipeline(requests: readonly string[], pieces = 1): Promise<PipelinedAnswer[]> {
  const { hostname, port } = new URL(clinic.client.baseUrl);
  const bytes = requests.join('');
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => {
      const size = Math.ceil(bytes.length / pieces);
      for (let at = 0; at < bytes.length; at += size) socket.write(bytes.slice(at, at + size));
    });
    socket.on('data', (part) => {
      text += part.toString();
      if (answersIn(text).length === requests.length) socket.end();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answersIn(text)));
  });
}

function answersIn(text: string): PipelinedAnswer[] {
  return text
    .split(/(?=HTTP\/1\.1 \d{3})/)
    .filter(Boolean)
    .map((answer) => ({
      status: Number(answer.slice(9, 12)),
      number: Number(new RegExp(`x-request-id: ${ID}(\\d{12})`, 'i').exec(answer)?.[1]),
      closes: /^connection: close/im.test(answer),
    }));
}

function get(number: number, path = '/api/doctors/public'): string {
  return `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${ID}${String(number).padStart(12, '0')}\r\n\r\n`;
}

function bookAt(number: number, time: string): string {
  const body = JSON.stringify({ doctor_id: doctor.doctorId, date: TUESDAY, time, duration: 5 });
  return (
    `POST /api/bookings HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${ID}${String(number).padStart(12, '0')}\r\n` +
    `Authorization: Bearer ${patient.token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  );
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('requests sent at once on one connection', () => {
  test.each([1, 2, 17])('%i are all answered, in order', async (count) => {
    const answers = await pipeline(numbers(count).map((number) => get(number)));
    expect(answers.map(({ number }) => number)).toEqual(numbers(count));
    expect(answers.every(({ status, closes }) => status === 200 && !closes)).toBe(true);
  });

  test.each([
    [20, 1],
    [20, 5],
    [100, 1],
    [100, 7],
  ])(
    '%i, in %i pieces: those within the limit are answered in order, then the connection closes',
    async (count, pieces) => {
      const answers = await pipeline(
        numbers(count).map((number) => get(number)),
        pieces,
      );
      expect(answers.length).toBeGreaterThanOrEqual(PIPELINE_LIMIT);
      expect(answers.map(({ number }) => number)).toEqual(numbers(answers.length));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      if (answers.length < count) {
        expect(answers.at(-1)!.closes).toBe(true);
        expect(answers.slice(0, -1).some(({ closes }) => closes)).toBe(false);
      }
    },
  );

  test('twenty with bodies: exactly the answered ones were executed', async () => {
    const times = numbers(20).map((number) => `11:${String((number % 10) * 5).padStart(2, '0')}`);
    const answers = await pipeline(
      numbers(20).map((number) =>
        bookAt(
          number,
          number <= 10
            ? times[number - 1]!
            : `1${number % 2 ? 2 : 3}:${String((number - 10) * 5).padStart(2, '0')}`,
        ),
      ),
    );
    expect(answers.length).toBeGreaterThanOrEqual(PIPELINE_LIMIT);
    const made = answers.filter(({ status }) => status === 201).length;
    const [row] = await clinic.query<{ made: number }>('SELECT COUNT(*) AS made FROM bookings');
    expect(Number(row!.made)).toBe(made);
  });

  test('far too many end with a closed connection', async () => {
    const answers = await pipeline(numbers(1_000).map((number) => get(number)));
    expect(answers.length).toBeLessThan(1_000);
  });
});
