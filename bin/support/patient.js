import { ClinicClient } from './clinic-client.js';
import { dateIn, spellingsOf } from './clinic-dates.js';
import { PATIENT } from './demo-accounts.js';
import { Mailbox } from './mailbox.js';
import { Failure, line } from './say.js';

/**
 * @typedef {{ id: number, name: string, specialty: string, timezone: string }} Doctor
 * @typedef {{ id: number, date: string, time: string, starts_at: string }} Booking
 *
 * @typedef {object} Place
 * @property {string} baseUrl of the API
 * @property {string} [mailboxUrl] of the mail catcher; without one, the mails are passed over
 * @property {string} clinicTimezone the zone in which the mails tell the time
 * @property {AbortSignal} [signal]
 */

const MAIL_WITHIN_MS = 30_000;
// Far enough ahead that no reminder is due while the demo runs.
const FIRST_DAY = 3;
const LAST_DAY = 16;

/** The demo's patient. What the API answers must be what the contract promises: anything else is a {@link Failure}. */
export class Patient {
  #place;
  #client;
  #mailbox;
  /** @type {Set<string>} */
  #subjects = new Set();
  /** @type {Doctor | undefined} */
  #doctor;
  /** @type {Booking | undefined} */
  #booking;
  #day = '';
  /** @type {string[]} */
  #openTimes = [];

  /** @param {Place} place */
  constructor(place) {
    this.#place = place;
    this.#client = new ClinicClient(place.baseUrl);
    this.#mailbox = place.mailboxUrl ? new Mailbox(place.mailboxUrl, PATIENT.email) : undefined;
  }

  async logIn() {
    const { status, body } = await this.#client.ask('POST', '/api/auth/login', PATIENT);
    must(status === 200, `the login was answered ${status}`);
    const { token } = /** @type {{ token?: unknown }} */ (body);
    if (typeof token !== 'string') throw new Failure('the answer holds no token');
    this.#client.use(token);
  }

  async seeOpenTimes() {
    const { status, body } = await this.#client.ask('GET', '/api/doctors/public');
    must(status === 200 && Array.isArray(body) && body.length > 0, 'there is no list of doctors');
    // Preferably one who lives by the clinic's clock, so that the letter tells the very time that was booked.
    const local = ({ timezone = '' }) => timezone === this.#place.clinicTimezone;
    const doctors = /** @type {Doctor[]} */ (body).sort((a, b) => Number(local(b)) - Number(local(a)));
    for (const doctor of doctors) {
      for (let ahead = FIRST_DAY; ahead <= LAST_DAY; ahead++) {
        const date = dateIn(doctor.timezone, ahead);
        const times = await this.#timesOn(doctor, date);
        if (times.length === 0) continue;
        [this.#doctor, this.#day, this.#openTimes] = [doctor, date, times];
        line(`       ${doctor.name}, ${doctor.specialty}`);
        return;
      }
    }
    throw new Failure('no doctor has an open time within a fortnight');
  }

  /**
   * @param {Doctor} doctor
   * @param {string} date
   */
  async #timesOn({ id }, date) {
    const { status, body } = await this.#client.ask(
      'GET',
      `/api/bookings/available-slots?doctor_id=${id}&date=${date}`,
    );
    must(status === 200 && Array.isArray(body), 'the open times are not a list');
    return /** @type {string[]} */ (body);
  }

  async book() {
    await this.#mailbox?.skipOlder();
    // Somebody else may be quicker, so that a refused time is no failure while there are others.
    for (const time of this.#openTimes.slice(0, 5)) {
      const { status, body } = await this.#client.ask('POST', '/api/bookings', this.#wish(time));
      if (status === 400) continue;
      must(status === 201, `the booking was answered ${status}`);
      const booking = /** @type {Booking} */ (body);
      must(booking.date === this.#day && booking.time === time, 'what was booked is not what was asked for');
      this.#booking = booking;
      return;
    }
    throw new Failure('none of the offered times could be booked');
  }

  /** @param {string} time */
  #wish(time) {
    return { doctor_id: this.#chosenDoctor.id, date: this.#day, time };
  }

  async findTimeGone() {
    const { time } = this.#booked;
    const times = await this.#timesOn(this.#chosenDoctor, this.#day);
    must(!times.includes(time), `${time} is still offered`);
    const { status, body } = await this.#client.ask('POST', '/api/bookings', this.#wish(time));
    must(status === 400, `booking it again was answered ${status}`);
    const { error } = /** @type {{ error?: unknown }} */ (body);
    must(typeof error === 'string' && error !== '', 'the refusal has no text');
  }

  /** Each of the visit's mails has a subject of its own, and names the doctor and the time. */
  async readMail() {
    if (!this.#mailbox)
      return line('     (skipped: SMTP_URL names a server whose mailbox cannot be read here)');
    const spellings = spellingsOf(this.#booked.starts_at, this.#place.clinicTimezone);
    const surname = this.#chosenDoctor.name.split(' ').at(-1) ?? '';
    const mail = await this.#mailbox.next(
      ({ subject, text = '' }) =>
        !this.#subjects.has(subject) &&
        text.includes(surname) &&
        spellings.some((time) => text.includes(time)),
      { withinMs: MAIL_WITHIN_MS, signal: this.#place.signal },
    );
    if (!mail) throw new Failure(`no such mail to ${PATIENT.email} within ${MAIL_WITHIN_MS / 1000} s`);
    this.#subjects.add(mail.subject);
    const files = (mail.attachments ?? []).map(({ filename, contentType }) => filename || contentType);
    line(
      `     ← to ${PATIENT.email}: "${mail.subject}"${files.length > 0 ? `, with ${files.join(', ')}` : ''}`,
    );
  }

  async listBookings() {
    must(await this.#isListed(), 'the new booking is not among them');
    line(`       among them: ${this.#day} ${this.#booked.time}, ${this.#chosenDoctor.name}`);
  }

  async #isListed() {
    const { status, body } = await this.#client.ask('GET', '/api/bookings/me');
    must(status === 200 && Array.isArray(body), 'the bookings are not a list');
    return /** @type {Booking[]} */ (body).some(({ id }) => id === this.#booked.id);
  }

  async cancel() {
    await this.#mailbox?.skipOlder();
    const { status, body } = await this.#client.ask('DELETE', `/api/bookings/${this.#booked.id}`);
    const { message } = /** @type {{ message?: unknown }} */ (body);
    must(
      status === 200 && message === 'Booking cancelled successfully',
      `the cancellation was answered ${status}`,
    );
    must(!(await this.#isListed()), 'the cancelled booking is still listed');
    const times = await this.#timesOn(this.#chosenDoctor, this.#day);
    must(times.includes(this.#booked.time), `${this.#booked.time} is not offered again`);
  }

  get #chosenDoctor() {
    if (!this.#doctor) throw new Failure('no doctor was chosen');
    return this.#doctor;
  }

  get #booked() {
    if (!this.#booking) throw new Failure('nothing was booked');
    return this.#booking;
  }
}

/**
 * @param {unknown} holds
 * @param {string} otherwise
 */
function must(holds, otherwise) {
  if (!holds) throw new Failure(otherwise);
}
