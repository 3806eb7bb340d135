import { expect } from 'vitest';
import type { Finding } from '../../src/database/integrity-check.js';
import { IntegrityService, type Report } from '../../src/ops/integrity/integrity.service.js';
import { book, type BookingJson, type AppointmentRequest } from './appointments.js';
import { Clinic, type DoctorPerson, type Person, type Week } from './clinic.js';
import { Mailbox } from './mailbox.js';

const DAY_MS = 86_400_000;

/** Open from 00:00 to 20:00, in windows that touch. */
export const EVERY_DAY: Week = Array.from({ length: 7 }, (_, day) => day).flatMap(
  (day) =>
    [
      [day, '00:00', '12:00'],
      [day, '12:00', '20:00'],
    ] as const,
);

/** An expected finding: the exact code and subject, and a part of its texts. */
export interface ExpectedFinding {
  readonly code?: string;
  readonly subject?: string;
  readonly detail?: string | RegExp;
  readonly remedy?: string | RegExp;
}

type Row = Record<string, unknown>;

/** A clinic whose data a test corrupts, to see what the integrity check finds. Every corruption can be undone. */
export class ExaminedClinic {
  private undo: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly clinic: Clinic,
    readonly patient: Person,
    readonly mailbox: Mailbox,
  ) {}

  /** The check uses the database's clock, so the clinic's clock must show the same time. */
  static async open(): Promise<ExaminedClinic> {
    const mailbox = await Mailbox.open();
    const clinic = await Clinic.open({ now: new Date().toISOString(), env: { SMTP_URL: mailbox.url } });
    await clinic.liftLimits();
    return new ExaminedClinic(clinic, await clinic.patient(), mailbox);
  }

  async close(): Promise<void> {
    await this.clinic.close();
    await this.mailbox.close();
  }

  /** The date that many days ahead, YYYY-MM-DD. */
  inDays(days: number): string {
    return new Date(this.clinic.clock.now() + days * DAY_MS).toISOString().slice(0, 10);
  }

  /** A booking with a new doctor, by default nine days ahead at 10:00 UTC. */
  async newBooking(
    wish: Partial<AppointmentRequest> = {},
  ): Promise<{ doctor: DoctorPerson; booking: BookingJson }> {
    const doctor = await this.clinic.doctor({ timezone: 'UTC', week: EVERY_DAY });
    const time = { date: this.inDays(9), time: '10:00', ...wish };
    return { doctor, booking: await book(this.clinic, this.patient, doctor, time) };
  }

  /** Blocks a part of a doctor's date, or the full day, and returns the exception's id. */
  async block(doctor: DoctorPerson, date: string, ...[start_time, end_time]: string[]): Promise<number> {
    const times = start_time === undefined ? { is_full_day: true } : { start_time, end_time };
    const { status, body } = await this.clinic.client.post('/api/exceptions', { date, ...times }, doctor);
    expect(status).toBe(201);
    return body.id!;
  }

  runCheck(): Promise<Report> {
    return this.clinic.app.get(IntegrityService).check();
  }

  /** All findings. Also checks that the report is consistent and that each finding is readable. */
  async findings(): Promise<readonly Finding[]> {
    const { healthy, checks } = await this.runCheck();
    const all = checks.flatMap(({ findings }) => findings);
    expect(healthy).toBe(all.length === 0);
    for (const finding of all) {
      expect(finding.remedy).toMatch(/^[A-Z].{20,}\.$/);
      expect(JSON.stringify(finding)).not.toMatch(/@|undefined|NaN|Invalid/);
    }
    return all;
  }

  /** Expects these findings in this order, and no others. */
  async expectOnly(...expected: readonly ExpectedFinding[]): Promise<void> {
    expect(await this.findings()).toMatchObject(
      expected.map(({ detail = '', remedy = '', ...exact }) => ({
        ...exact,
        detail: containing(detail),
        remedy: containing(remedy),
      })),
    );
  }

  /** Deletes rows; `mend` inserts them again. */
  async deleteRows(table: string, where: string, parameters: unknown[]): Promise<void> {
    const rows = await this.clinic.query<Row>(`SELECT * FROM ${table} WHERE ${where}`, parameters);
    expect(rows).not.toEqual([]);
    await this.clinic.query(`DELETE FROM ${table} WHERE ${where}`, parameters);
    const columns = Object.keys(rows[0]!);
    const placeholders = rows.map(() => `(${columns.map(() => '?').join()})`).join();
    this.undo.push(() =>
      this.clinic.query(
        `INSERT INTO ${table} (${columns.join()}) VALUES ${placeholders}`,
        rows.flatMap((row) => Object.values(row)),
      ),
    );
  }

  /** Changes a row; `mend` restores it. */
  async change(table: string, key: Row, set: string): Promise<void> {
    const where = Object.keys(key)
      .map((column) => `${column} = ?`)
      .join(' AND ');
    const values = Object.values(key);
    const [before] = await this.clinic.query<Row>(`SELECT * FROM ${table} WHERE ${where}`, values);
    await this.clinic.query(`UPDATE ${table} SET ${set} WHERE ${where}`, values);
    // A generated column cannot be written.
    const stored = Object.entries(before!).filter(([column]) => column !== 'live_starts_at');
    const assignments = stored.map(([column]) => `${column} = ?`).join();
    this.undo.push(() =>
      this.clinic.query(`UPDATE ${table} SET ${assignments} WHERE ${where}`, [
        ...stored.map(([, value]) => value),
        ...values,
      ]),
    );
  }

  /** Undoes all corruptions, and expects no more findings. */
  async undoAll(): Promise<void> {
    for (let last = this.undo.pop(); last; last = this.undo.pop()) await last();
    await this.expectOnly();
  }

  /** Forgets the corruptions, because the test has mended them in another way, and expects no more findings. */
  async expectMended(): Promise<void> {
    this.undo = [];
    await this.expectOnly();
  }
}

function containing(text: string | RegExp): unknown {
  return typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text);
}
