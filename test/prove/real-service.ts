import { type Connection, createConnection, type ResultSetHeader } from 'mysql2/promise';
import type { Answer } from '../support/client.js';
import { Clinic, type Person } from '../support/clinic.js';
import { clock, minutesOf } from './calendar.js';
import type { Cast } from './cast.js';
import type { Change, ClinicPlan, Minutes, PlannedAccount, PlannedStatus, Wish } from './plan.js';
import { putClinic } from './put-clinic.js';
import type { AnyWish } from './reference-any.js';
import type { Explained, FoundStart, NextStarts, NoneReason, SearchWish } from './reference-search.js';
import type {
  Cancel,
  FoundPage,
  Override,
  Reply,
  Search,
  Service,
  ShownBooking,
  Violated,
} from './service.js';

/** Before all moments of the random clinics, whose last is within the 400 days of a token. */
const OPENED = '2026-11-01T10:00:00Z';

interface Refused {
  readonly code: string;
  readonly violations?: readonly Violated[];
}

interface BookingBody {
  readonly id: number;
  readonly doctor_id: number;
  readonly patient: { readonly id: number };
  readonly date: string;
  readonly time: string;
  readonly duration: number;
  readonly status: PlannedStatus;
  readonly overbooked: boolean;
  readonly type: { readonly id: number } | null;
}

interface StartBody {
  readonly doctor_id: number;
  readonly date: string;
  readonly time: string;
  readonly starts_at: string;
  readonly ends_at: string;
}

interface NextBody {
  readonly items: readonly StartBody[];
  readonly reason: NoneReason;
}

interface ExplainedBody {
  readonly bookable: boolean;
  readonly rules: readonly { readonly rule: string; readonly holds: boolean }[];
  readonly next: readonly StartBody[];
}

/** The API as in production, over HTTP, on a real database; only the clock is the test's. */
export class RealService implements Service {
  private constructor(
    private readonly clinic: Clinic,
    private readonly connection: Connection,
    private readonly tokens: ReadonlyMap<number, string>,
    readonly cast: Cast,
  ) {}

  static async start(): Promise<RealService> {
    const clinic = await Clinic.open({ now: OPENED, env: { LOG_LEVEL: 'error' } });
    const connection = await createConnection({
      uri: clinic.environment.DATABASE_URL,
      timezone: 'Z',
      multipleStatements: true,
    });
    const people = await createCast(clinic, connection);
    return new RealService(clinic, connection, people.tokens, people.cast);
  }

  async close(): Promise<void> {
    await this.connection.end();
    await this.clinic.close();
  }

  async open(plan: ClinicPlan): Promise<void> {
    await putClinic(this.connection, plan, this.cast);
    this.clinic.clock.set(new Date(plan.now).toISOString());
  }

  async slots(wish: Wish): Promise<Reply<readonly Minutes[]>> {
    const path = `/api/bookings/available-slots?${queryOf({ ...askedOf(wish), date: wish.date })}`;
    const answer = await this.clinic.client.get<string[] & Refused>(path, this.as(wish.accountId));
    return replyOf(answer, (times) => times.map(minutesOf));
  }

  async search({ wish, isCompact, limit }: Search, page?: string): Promise<Reply<FoundPage>> {
    const query = queryOf({ ...searchOf(wish), sort: isCompact ? 'compact' : undefined, limit });
    const path = page ?? `/api/availability/search?${query}`;
    const answer = await this.clinic.client.get<StartBody[] & Refused>(path, this.as(wish.accountId));
    const next = /^<(\/api\/[^<> ]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    return replyOf(answer, (starts) => ({ items: starts.map(startOf), next }));
  }

  async next(wish: SearchWish, count: number): Promise<Reply<NextStarts>> {
    const path = `/api/availability/next?${queryOf({ ...searchOf(wish), count })}`;
    const answer = await this.clinic.client.get<NextBody & Refused>(path, this.as(wish.accountId));
    return replyOf(answer, ({ items, reason }) => ({ items: items.map(startOf), reason }));
  }

  async explain(wish: Wish, time: Minutes): Promise<Reply<Explained>> {
    const asked = { ...askedOf(wish), date: wish.date, time: clock(time) };
    const path = `/api/availability/explain?${queryOf(asked)}`;
    const answer = await this.clinic.client.get<ExplainedBody & Refused>(path, this.as(wish.accountId));
    return replyOf(answer, ({ bookable, rules, next }) => ({
      bookable,
      rules: rules.map(({ rule, holds }) => ({ rule, holds })),
      next: next.map(startOf),
    }));
  }

  async bookAny(
    { accountId, date, typeId, patientId, specialty }: AnyWish,
    time: Minutes,
    override?: Override,
  ): Promise<Reply<ShownBooking>> {
    const asked = { doctor_id: 'any', date, time: clock(time), type_id: typeId, patient_id: patientId };
    const body = { ...asked, specialty, ...overriding(override) };
    const answer = await this.clinic.client.post<BookingBody & Refused>(
      '/api/bookings',
      body,
      this.as(accountId),
    );
    return replyOf(answer, shownBooking);
  }

  async book(wish: Wish, time: Minutes, override?: Override): Promise<Reply<ShownBooking>> {
    const body = { ...askedOf(wish), date: wish.date, time: clock(time), ...overriding(override) };
    const answer = await this.clinic.client.post<BookingBody & Refused>(
      '/api/bookings',
      body,
      this.as(wish.accountId),
    );
    return replyOf(answer, shownBooking);
  }

  async reschedule(change: Change, override?: Override): Promise<Reply<ShownBooking>> {
    const { accountId, bookingId, date, time, durationMinutes: duration, typeId, doctorId } = change;
    const body = {
      date,
      time: time === undefined ? undefined : clock(time),
      duration,
      type_id: typeId,
      doctor_id: doctorId,
      ...overriding(override),
    };
    const path = `/api/bookings/${bookingId}`;
    const answer = await this.clinic.client.patch<BookingBody & Refused>(path, body, this.as(accountId));
    return replyOf(answer, shownBooking);
  }

  async cancel({ accountId, bookingId, by }: Cancel): Promise<Reply<null>> {
    const path = `/api/bookings/${bookingId}`;
    const { client } = this.clinic;
    const answer =
      by === 'delete'
        ? await client.delete<Refused>(path, this.as(accountId))
        : await client.post<Refused>(`${path}/cancel`, { reason: 'As agreed' }, this.as(accountId));
    return replyOf(answer, () => null);
  }

  private as(accountId: number | null): { token?: string | undefined } {
    return accountId === null ? {} : { token: this.tokens.get(accountId) };
  }
}

function searchOf({ doctorIds, specialty, from, to, after, before, weekdays, ...wish }: SearchWish) {
  return {
    ...lengthOf(wish),
    doctor_id: doctorIds?.join(','),
    specialty,
    from,
    to,
    after: after === undefined ? undefined : clock(after),
    before: before === undefined ? undefined : clock(before),
    weekdays: weekdays?.join(','),
  };
}

/** A query string of all that is defined. */
function queryOf(parameters: Readonly<Record<string, string | number | undefined>>): string {
  return Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function startOf({ doctor_id, date, time, starts_at, ends_at }: StartBody): FoundStart {
  const instants = { startsAt: Date.parse(starts_at), endsAt: Date.parse(ends_at) };
  return { doctorId: doctor_id, date, time: minutesOf(time), ...instants };
}

function askedOf({ doctorId, ...wish }: Wish) {
  return { doctor_id: doctorId, ...lengthOf(wish) };
}

function lengthOf({ typeId, durationMinutes, patientId }: Omit<Wish, 'doctorId' | 'date'>) {
  return {
    ...(typeId !== undefined && { type_id: typeId }),
    ...(durationMinutes !== undefined && { duration: durationMinutes }),
    ...(patientId !== undefined && { patient_id: patientId }),
  };
}

function overriding(override: Override | undefined) {
  return override ? { override: { ...override, reason: 'As agreed' } } : {};
}

function replyOf<Body extends Partial<Refused>, T>(
  { status, body }: Answer<Body>,
  valueOf: (body: Body) => T,
): Reply<T> {
  if (status < 300) return { value: valueOf(body) };
  const violations = (body.violations ?? []).map(({ rule, overridable }) => ({ rule, overridable }));
  return { code: body.code ?? `status ${status}`, violations };
}

function shownBooking(body: BookingBody): ShownBooking {
  return {
    id: body.id,
    doctorId: body.doctor_id,
    patientId: body.patient.id,
    date: body.date,
    time: minutesOf(body.time),
    durationMinutes: body.duration,
    status: body.status,
    isOverbooked: body.overbooked,
    typeId: body.type?.id ?? null,
  };
}

/** The people of `PAPER_CAST`, with accounts and tokens. */
async function createCast(
  clinic: Clinic,
  connection: Connection,
): Promise<{ cast: Cast; tokens: Map<number, string> }> {
  const [first, guardian, staff, admin] = [
    await clinic.patient(),
    await clinic.patient(),
    await clinic.staff(),
    await clinic.admin(),
  ];
  const doctors = [await clinic.doctor(), await clinic.doctor(), await clinic.doctor()];
  const selfOf = async ({ id }: Person): Promise<number> => {
    const [row] = await clinic.query<{ id: number }>('SELECT id FROM patients WHERE self_account_id = ?', [
      id,
    ]);
    return row!.id;
  };
  const account = async (person: Person, role: PlannedAccount['role'], doctorId: number | null = null) => ({
    id: person.id,
    role,
    doctorId,
    selfId: await selfOf(person),
  });
  const accounts: PlannedAccount[] = [
    await account(first, 'user'),
    await account(guardian, 'user'),
    await account(staff, 'staff'),
    await account(admin, 'admin'),
  ];
  for (const doctor of doctors) accounts.push(await account(doctor, 'doctor', doctor.doctorId));
  const dependant = await createPatient(connection, first.id);
  const withoutAccount = await createPatient(connection, null);
  await connection.query(
    'INSERT INTO patient_guardians (account_id, patient_id, accepted_at) VALUES (?, ?, NOW(3))',
    [guardian.id, withoutAccount],
  );
  const [self, ...selves] = accounts.map(({ id, selfId }) => ({
    id: selfId,
    accountId: id,
    guardianIds: [],
  }));
  const cast = {
    accounts,
    patients: [
      self!,
      { id: dependant, accountId: first.id, guardianIds: [] },
      { id: withoutAccount, accountId: null, guardianIds: [guardian.id] },
      ...selves,
    ],
    doctorIds: doctors.map(({ doctorId }) => doctorId),
  };
  const people = [first, guardian, staff, admin, ...doctors];
  return { cast, tokens: new Map(people.map(({ id, token }) => [id, token])) };
}

/** @param accountId of the account whose dependant it is */
async function createPatient(connection: Connection, accountId: number | null): Promise<number> {
  const [{ insertId }] = await connection.query<ResultSetHeader>(
    `INSERT INTO patients (account_id, relation, given_name, family_name, birth_date, created_at)
     VALUES (?, ?, 'Leo', 'Soto', '2019-05-05', NOW(3))`,
    [accountId, accountId === null ? null : 'dependant'],
  );
  return insertId;
}
