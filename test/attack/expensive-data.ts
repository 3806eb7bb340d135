import { formatWallTime } from '../../src/time/wall-time.js';
import { fillPatients } from '../bench/seed-patients.js';
import { insertManyBookings } from '../support/many-bookings.js';
import type { Person, Target } from './target.js';

/** The most that one account could create of anything. */
const COUNT = 60_000;
const CONCURRENCY = 6;
const EVERY_MINUTES = 180;
/** More than one clinic has. */
const DOCTORS = 500;
/** Two bookings a year; together as many as one page lists. */
const FAR_COUNT = 1_000;
const HALF_A_YEAR_MINUTES = 262_980;

/** Work that takes long with much data. */
export interface Workload {
  readonly what: string;
  /** Prepares the work, and resolves to the function that is measured. */
  readonly prepare: () => Promise<() => Promise<unknown>>;
}

/** A doctor and a patient with as much data as they can create, an admin of a large clinic, and their requests. */
export class LargestData {
  private erased = 0;
  private patientId = 0;
  private far: Person | undefined;

  private constructor(
    private readonly target: Target,
    private readonly url: string,
    private readonly doctor: Person & { readonly doctorId: number },
    private readonly patient: Person,
    private readonly admin: Person,
    private readonly staff: Person,
  ) {}

  static async in(target: Target, url: string): Promise<LargestData> {
    const [doctor, patient] = [await target.newcomer('doctor'), await target.newcomer('user')];
    const [admin, staff] = [await target.newcomer('admin'), await target.newcomer('staff')];
    await target.database.query("UPDATE doctors SET timezone = 'UTC' WHERE user_id = ?", [doctor.id]);
    const [rows] = await target.database.query('SELECT id FROM doctors WHERE user_id = ?', [doctor.id]);
    const doctorId = (rows as { id: number }[])[0]!.id;
    const data = new LargestData(target, url, { ...doctor, doctorId }, patient, admin, staff);
    await data.fill(patient);
    await data.fillSchedule();
    await data.fillAccounts();
    await data.fillClinic();
    return data;
  }

  get workloads(): Workload[] {
    const { doctor, patient, admin, staff } = this;
    const request = (what: string, actor: Person, path: string, body?: object): Workload => ({
      what,
      prepare: () => Promise.resolve(() => this.send(actor, body ? 'POST' : 'GET', path, body)),
    });
    const { password } = patient;
    const middle = 'after=1&after_start=2040-06-01T12:00:00Z';
    const single = [
      request('a list of bookings', patient, '/api/bookings/me'),
      request('a list of bookings, cancelled too', patient, '/api/bookings/me?include_cancelled=true'),
      request('a page of bookings', patient, `/api/bookings/me?${middle}`),
      request('a page of bookings after one', patient, '/api/bookings/me?after=30000'),
      request("a doctor's list of bookings", doctor, '/api/bookings/doctor'),
      request("a doctor's page of bookings", doctor, `/api/bookings/doctor?${middle}`),
      request("a doctor's exceptions", doctor, '/api/exceptions/me'),
      request("a doctor's windows", doctor, `/api/availability/${doctor.doctorId}`),
      request(
        'the slots of a full day',
        patient,
        `/api/bookings/available-slots?doctor_id=${doctor.doctorId}&date=2031-01-06&duration=1`,
      ),
      request('an export', patient, '/api/auth/me/export', { password }),
      request("a doctor's export", doctor, '/api/auth/me/export', { password }),
      request('a list of sessions', patient, '/api/auth/sessions'),
      request('the accounts', admin, '/api/users'),
      request('the longest page of accounts', admin, '/api/users?limit=1000&after=3000'),
      request('the trail', admin, '/api/audit'),
      request('the longest page of the trail', admin, '/api/audit?limit=1000&subject=booking&before=90000'),
      request('the trail of an account', admin, `/api/audit?limit=1000&actor_id=${patient.id}`),
      request('the notifications', admin, '/api/notifications'),
      request('the longest page of notifications', admin, '/api/notifications?limit=1000&state=pending'),
      request('the public doctors', admin, '/api/doctors/public'),
      request('a search that finds most patients', staff, '/api/patients?q=g+f+o'),
      request('a search of patients by birth date', staff, '/api/patients?birth_date=1950-03-19&q=own'),
      request("a patient's longest history", staff, `/api/bookings?patient_id=${this.patientId}&limit=200`),
      request('the bookings of two months', staff, '/api/bookings?from=2031-01-01&to=2031-03-01&limit=200'),
      request(
        'the day sheet of a doctor',
        staff,
        `/api/desk/day?date=2031-01-06&doctor_id=${doctor.doctorId}`,
      ),
      request('the export of a patient', admin, `/api/patients/${this.patientId}/export`),
    ];
    return [
      ...single,
      ...single.map(concurrently),
      { what: 'a list of bookings in five hundred years', prepare: () => this.prepareFarYears() },
      { what: 'an erasure', prepare: () => this.prepareErasure() },
    ];
  }

  /** Moves the bookings to other years each time, because offsets cached for earlier years would hide the cost. */
  private async prepareFarYears(): Promise<() => Promise<unknown>> {
    const { database } = this.target;
    this.far ??= await this.fillFarYears();
    await database.query(
      `UPDATE bookings SET date = date + INTERVAL 500 YEAR, starts_at = starts_at + INTERVAL 500 YEAR,
         ends_at = ends_at + INTERVAL 500 YEAR WHERE user_id = ?`,
      [this.far.id],
    );
    return () => this.send(this.far!, 'GET', '/api/bookings/me');
  }

  private async fillFarYears(): Promise<Person> {
    const [doctor, patient] = [await this.target.newcomer('doctor'), await this.target.newcomer('user')];
    const { database } = this.target;
    await database.query("UPDATE doctors SET timezone = 'Europe/Madrid' WHERE user_id = ?", [doctor.id]);
    const [rows] = await database.query('SELECT id FROM doctors WHERE user_id = ?', [doctor.id]);
    await insertManyBookings((sql, parameters) => database.query(sql, parameters), {
      patientId: patient.id,
      doctorId: (rows as { id: number }[])[0]!.id,
      count: FAR_COUNT,
      first: '2030-01-15 09:00:00',
      everyMinutes: HALF_A_YEAR_MINUTES,
    });
    return patient;
  }

  private async prepareErasure(): Promise<() => Promise<unknown>> {
    const leaving = await this.target.newcomer('user');
    await this.fill(leaving, (this.erased += 1));
    return () => this.send(leaving, 'DELETE', '/api/auth/me', { password: leaving.password });
  }

  /** @param shift moves the start times by this many quarters of an hour, so that patients do not overlap */
  private fill({ id }: Person, shift = 0): Promise<void> {
    const minute = String((shift % (EVERY_MINUTES / 15)) * 15);
    return insertManyBookings((sql, parameters) => this.target.database.query(sql, parameters), {
      patientId: id,
      doctorId: this.doctor.doctorId,
      count: COUNT,
      first: new Date(Date.UTC(2030, 0, 1, 0, Number(minute))).toISOString().slice(0, 19).replace('T', ' '),
      everyMinutes: EVERY_MINUTES,
    });
  }

  /** Inserts a window for each minute of the week and an exception for each booking. */
  private async fillSchedule(): Promise<void> {
    const { doctorId } = this.doctor;
    await this.target.database.query('DELETE FROM availability_windows WHERE doctor_id = ?', [doctorId]);
    const minutes = Array.from({ length: 1_440 }, (_, minute) => minute);
    for (let day = 0; day < 7; day += 1) {
      const windows = minutes.map((minute) => [
        doctorId,
        day,
        formatWallTime(minute),
        formatWallTime(minute + 1),
      ]);
      await this.target.database.query(
        'INSERT INTO availability_windows (doctor_id, day_of_week, start_time, end_time) VALUES ?',
        [windows],
      );
    }
    await this.target.database.query(
      `INSERT INTO exceptions (doctor_id, date, start_time, end_time)
       SELECT doctor_id, date, start_time, ADDTIME(start_time, '00:01') FROM bookings WHERE doctor_id = ?`,
      [doctorId],
    );
  }

  /** Inserts tens of thousands of accounts and sessions, and more doctors than a hospital has. */
  private async fillAccounts(): Promise<void> {
    const { id } = this.patient;
    const uids = 'FROM bookings WHERE user_id = ? ORDER BY id LIMIT';
    await this.target.database.query(
      `INSERT INTO sessions (account_id, created_at, last_seen_at, expires_at, address, user_agent)
       SELECT user_id, NOW(3), NOW(3), NOW(3) + INTERVAL 30 DAY, '2001:db8::1', REPEAT('x', 200) ${uids} ${COUNT}`,
      [id],
    );
    for (const [role, count] of [
      ['user', COUNT / 2],
      ['doctor', DOCTORS],
    ] as const)
      await this.target.database.query(
        `INSERT INTO accounts (email, password_hash, role, locale, created_at)
         SELECT CONCAT(uid, ?), '', ?, 'en', NOW(3) ${uids} ${count}`,
        [`@${role}s.example`, role, id],
      );
    await this.target.database.query(
      `INSERT INTO doctors (user_id, name, specialty, email, timezone, created_at)
       SELECT id, email, REPEAT('x', 120), email, 'UTC', NOW(3) FROM accounts WHERE email LIKE '%@doctors.example'`,
    );
  }

  /** Inserts tens of thousands of patients, who share names. */
  private async fillClinic(): Promise<void> {
    const { database } = this.target;
    await database.query('CREATE TABLE numbers (i INT UNSIGNED NOT NULL PRIMARY KEY)');
    await database.query('INSERT INTO numbers VALUES (0)');
    for (let size = 1; size < COUNT; size *= 2)
      await database.query(
        `INSERT INTO numbers SELECT i + ${size} FROM numbers WHERE i + ${size} < ${COUNT}`,
      );
    await fillPatients(database, { patients: COUNT, names: 20 });
    const [rows] = await database.query('SELECT id FROM patients WHERE self_account_id = ?', [
      this.patient.id,
    ]);
    this.patientId = (rows as { id: number }[])[0]!.id;
  }

  private async send({ token }: Person, method: string, path: string, body?: object): Promise<void> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        // A reused connection could have been closed by the service while data was inserted.
        connection: 'close',
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    // Discard the body as it arrives: only the service's side is measured.
    await response.body!.pipeTo(new WritableStream()).catch((error: Error) => {
      throw new Error(`${method} ${path} was not answered to the end: ${error.message}`);
    });
    if (response.status !== 200 && response.status !== 429)
      throw new Error(`${method} ${path} answered ${response.status}`);
  }
}

function concurrently({ what, prepare }: Workload): Workload {
  return {
    what: `${what}, ${CONCURRENCY} at once`,
    prepare: async () => {
      const works = await Promise.all(Array.from({ length: CONCURRENCY }, prepare));
      return () => Promise.all(works.map((work) => work()));
    },
  };
}
