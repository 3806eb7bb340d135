import { PATIENT } from './demo-accounts.js';
import { DeskVisit } from './desk-visit.js';
import { Failure, print } from './output.js';
import { check, PrintedRequests } from './printed-requests.js';
import { waitUntil } from './waiting.js';

/**
 * @typedef {{ id: number, name: string, specialty: string, timezone: string }} Doctor
 * @typedef {{ id: number, date: string, time: string }} Booking
 * @typedef {{ id: string, subject: string, text?: string, to: { address: string }[] }} Email
 */

const EMAIL_WITHIN_MS = 30_000;
const DAY_MS = 86_400_000;
// Late enough that no reminder is due while the demo runs.
const FIRST_DAY = 3;
const LAST_DAY = 16;

/**
 * Plays a patient's visit and the work of the front desk over HTTP, prints every request, and checks every response and
 * email.
 *
 * @param {object} options
 * @param {string} options.baseUrl of the API
 * @param {string | undefined} options.mailboxUrl of the mail catcher; without one, no email is read
 * @param {AbortSignal} options.signal
 * @throws {Failure} that names the first step that failed
 */
export async function playVisit({ baseUrl, mailboxUrl, signal }) {
  const visit = new Visit(baseUrl, mailboxUrl, signal);
  const desk = new DeskVisit(baseUrl);
  /** @type {[string, () => Promise<void>][]} */
  const steps = [
    ['The patient logs in', () => visit.logIn()],
    ["A doctor's available slots", () => visit.findSlots()],
    ['Book one of them', () => visit.book()],
    ['The slot is gone', () => visit.checkSlotIsGone()],
    ['The confirmation arrives', () => visit.readEmail()],
    ['My bookings', () => visit.listBookings()],
    ['Cancel', () => visit.cancel()],
    ['The cancellation arrives', () => visit.readEmail()],
    ['The receptionist logs in', () => desk.logIn()],
    ['Somebody calls: find the patient by name', () => desk.find('q=jose+nunez')],
    ['Book for the caller, for now', () => desk.book(0)],
    ['The caller arrives, and is treated', () => desk.setStatus('arrived', 'fulfilled')],
    ['Somebody else calls: find the patient by phone', () => desk.find('phone=4455')],
    ['Book with another doctor', () => desk.book(1)],
    ['The patient does not come', () => desk.setStatus('noshow')],
    ['The day sheet', () => desk.printDay()],
  ];
  for (const [index, [name, play]] of steps.entries()) {
    signal.throwIfAborted();
    print(`  ${index + 1}. ${name}`);
    try {
      await play();
    } catch (error) {
      const { message, cause } = /** @type {Error} */ (error);
      const why = cause instanceof Error ? cause.message : message;
      throw new Failure(`Step ${index + 1} of the visit, "${name}", failed: ${why}.`);
    }
  }
}

class Visit {
  #requests;
  #mailboxUrl;
  #signal;
  #date = '';
  /** @type {string[]} */
  #slots = [];
  /** @type {Doctor} */
  #doctor = { id: 0, name: '', specialty: '', timezone: 'UTC' };
  /** @type {Booking} */
  #booking = { id: 0, date: '', time: '' };
  /** @type {Set<string>} the emails from before the visit, and those that were read */
  #seen = new Set();

  /** @param {string} baseUrl @param {string | undefined} mailboxUrl @param {AbortSignal} signal */
  constructor(baseUrl, mailboxUrl, signal) {
    this.#requests = new PrintedRequests(baseUrl);
    this.#mailboxUrl = mailboxUrl;
    this.#signal = signal;
  }

  async logIn() {
    for (const { id } of await this.#emails()) this.#seen.add(id);
    await this.#requests.logIn(PATIENT);
  }

  async findSlots() {
    const doctors = /** @type {Doctor[]} */ (await this.#requests.request('GET', '/api/doctors/public', 200));
    // The demo's first doctor is in its time zone, so the emails show the time as it was booked.
    for (this.#doctor of doctors.sort((a, b) => a.id - b.id)) {
      const format = new Intl.DateTimeFormat('sv-SE', { timeZone: this.#doctor.timezone });
      for (let days = FIRST_DAY; days <= LAST_DAY; days++) {
        this.#date = format.format(Date.now() + days * DAY_MS);
        this.#slots = await this.#availableSlots();
        if (this.#slots.length > 0) return print(`       ${this.#doctor.name}, ${this.#doctor.specialty}`);
      }
    }
    throw new Failure('no doctor has an available slot within a fortnight');
  }

  async book() {
    // Someone else may have taken a slot meanwhile.
    for (const time of this.#slots.slice(0, 5)) {
      const { status, body } = await this.#requests.send('POST', '/api/bookings', this.#requestFor(time));
      if (status !== 201) continue;
      this.#booking = /** @type {Booking} */ (body);
      return check(
        this.#booking.date === this.#date && this.#booking.time === time,
        'the booking has another time',
      );
    }
    throw new Failure('none of the available slots could be booked');
  }

  async checkSlotIsGone() {
    const { time } = this.#booking;
    check(!(await this.#availableSlots()).includes(time), `${time} is still available`);
    await this.#requests.request('POST', '/api/bookings', 400, this.#requestFor(time));
  }

  async readEmail() {
    if (!this.#mailboxUrl) return print('     (skipped: the emails of SMTP_URL cannot be read here)');
    /** @type {Email | undefined} */
    let email;
    const expected = [this.#doctor.name, this.#booking.time];
    const hasArrived = async () => {
      const emails = (await this.#emails()).filter(({ id }) => !this.#seen.has(id));
      email = emails.find(({ text = '' }) => expected.every((part) => text.includes(part)));
      return email !== undefined;
    };
    await waitUntil(hasArrived, { withinMs: EMAIL_WITHIN_MS, signal: this.#signal });
    if (!email) throw new Failure(`no such email to ${PATIENT.email} within ${EMAIL_WITHIN_MS / 1000} s`);
    this.#seen.add(email.id);
    print(`     ← "${email.subject}" to ${PATIENT.email}`);
  }

  async listBookings() {
    check(await this.#isListed(), 'the new booking is missing');
    print(`       among them: ${this.#date} ${this.#booking.time}, ${this.#doctor.name}`);
  }

  async cancel() {
    await this.#requests.request('DELETE', `/api/bookings/${this.#booking.id}`, 200);
    check(!(await this.#isListed()), 'the cancelled booking is still listed');
    check((await this.#availableSlots()).includes(this.#booking.time), 'the slot is not available again');
  }

  /** @param {string} time */
  #requestFor(time) {
    return { doctor_id: this.#doctor.id, date: this.#date, time };
  }

  async #availableSlots() {
    const path = `/api/bookings/available-slots?doctor_id=${this.#doctor.id}&date=${this.#date}`;
    return /** @type {string[]} */ (await this.#requests.request('GET', path, 200));
  }

  async #isListed() {
    const bookings = /** @type {Booking[]} */ (await this.#requests.request('GET', '/api/bookings/me', 200));
    return bookings.some(({ id }) => id === this.#booking.id);
  }

  /** @returns {Promise<Email[]>} the patient's emails in the mail catcher */
  async #emails() {
    if (!this.#mailboxUrl) return [];
    const response = await fetch(`${this.#mailboxUrl}/api/email`, { signal: AbortSignal.timeout(5_000) });
    if (!response.ok) throw new Failure(`the mailbox at ${this.#mailboxUrl} returned ${response.status}`);
    const emails = /** @type {Email[]} */ (await response.json());
    return emails.filter(({ to }) => to.some(({ address }) => address === PATIENT.email));
  }
}
