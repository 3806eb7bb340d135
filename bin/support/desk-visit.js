import { STAFF } from './demo-accounts.js';
import { Failure, print } from './output.js';
import { check, PrintedRequests } from './printed-requests.js';

/**
 * @typedef {import('./visit.js').Doctor} Doctor
 * @typedef {{ id: number, given_name: string, family_name: string }} Patient
 * @typedef {{ id: number, date: string, time: string, status: string }} Booking
 * @typedef {{ doctor: Doctor, bookings: (Booking & { patient: Patient })[] }} DayOfDoctor
 */

const DURATION = 15;
/** Demos also run at night, and twice within a quarter of an hour. Overriding a rule that is not violated has no effect. */
const OVERRIDE = {
  rules: ['OUTSIDE_AVAILABILITY', 'EXCEPTION', 'TAKEN', 'BUFFER', 'PATIENT_BUSY'],
  reason: 'the demo runs now',
};

/** The work of the front desk. Its patients come in the present quarter of an hour. */
export class DeskVisit {
  #requests;
  /** @type {Doctor[]} */
  #doctors = [];
  /** @type {Patient} */
  #patient = { id: 0, given_name: '', family_name: '' };
  /** @type {Booking} the latest one */
  #booking = { id: 0, date: '', time: '', status: '' };
  /** @type {Booking[]} */
  #bookings = [];

  /** @param {string} baseUrl of the API */
  constructor(baseUrl) {
    this.#requests = new PrintedRequests(baseUrl);
  }

  async logIn() {
    await this.#requests.logIn(STAFF);
  }

  /** @param {string} query */
  async find(query) {
    const found = /** @type {Patient[]} */ (
      await this.#requests.request('GET', `/api/patients?${query}`, 200)
    );
    if (!found[0]) throw new Failure('the patient is not found');
    this.#patient = found[0];
  }

  /** @param {number} position of the doctor; each patient of this visit has another one */
  async book(position) {
    const doctor = (await this.#listDoctors())[position];
    if (!doctor) throw new Failure('there are too few doctors');
    const { date, time } = quarterOfAnHour(doctor.timezone);
    const booking = { doctor_id: doctor.id, patient_id: this.#patient.id, date, time, duration: DURATION };
    this.#booking = /** @type {Booking} */ (
      await this.#requests.request('POST', '/api/bookings', 201, { ...booking, override: OVERRIDE })
    );
    this.#bookings.push(this.#booking);
  }

  async #listDoctors() {
    if (this.#doctors.length > 0) return this.#doctors;
    const doctors = /** @type {Doctor[]} */ (await this.#requests.request('GET', '/api/doctors/public', 200));
    this.#doctors = doctors.sort((a, b) => a.id - b.id);
    return this.#doctors;
  }

  /** @param {string[]} statuses in their order */
  async setStatus(...statuses) {
    for (const status of statuses) await this.#set(status);
  }

  /** @param {string} status */
  async #set(status) {
    const path = `/api/bookings/${this.#booking.id}/status`;
    const booking = /** @type {Booking} */ (await this.#requests.request('POST', path, 200, { status }));
    check(booking.status === status, `the booking is ${booking.status}`);
    this.#booking.status = status;
  }

  async printDay() {
    const { doctors } = /** @type {{ doctors: DayOfDoctor[] }} */ (
      await this.#requests.request('GET', `/api/desk/day?date=${this.#booking.date}`, 200)
    );
    for (const { doctor, bookings } of doctors) {
      const lines = bookings.map(
        ({ time, patient, status }) => `${time} ${patient.given_name} ${patient.family_name} (${status})`,
      );
      if (lines.length > 0) print(`       ${doctor.name}: ${lines.join(', ')}`);
    }
    const listed = doctors.flatMap(({ bookings }) => bookings);
    for (const { id, status } of this.#bookings) {
      const isListed = listed.some((booking) => booking.id === id && booking.status === status);
      check(isListed, `booking ${id} is not on the day sheet as ${status}`);
    }
  }
}

/**
 * The start of the present quarter of an hour: a desk may book it as a walk-in, and it is on the same date.
 *
 * @param {string} timeZone
 */
function quarterOfAnHour(timeZone) {
  const options = /** @type {const} */ ({ dateStyle: 'short', timeStyle: 'short', timeZone });
  const [date = '', clock = ''] = new Intl.DateTimeFormat('sv-SE', options).format(Date.now()).split(' ');
  const [hour, minute] = clock.split(':');
  const quarter = Math.floor(Number(minute) / DURATION) * DURATION;
  return { date, time: `${hour}:${String(quarter).padStart(2, '0')}` };
}
