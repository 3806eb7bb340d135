import type { BookingStatus } from '../../src/bookings/booking.js';

/** What the service says about a booking, as far as the oracle judges it. */
export interface BookingState {
  readonly doctorId: number;
  readonly date: string;
  readonly time: string;
  readonly duration: number;
  readonly status: BookingStatus;
}

/** What a client asked for along with a change. */
export interface Asked {
  /** The client asked for no email about the change. */
  readonly isQuiet?: boolean;
  /** The rules that the client named to override. */
  readonly rules?: readonly string[];
}

/** A version of a booking that the service acknowledged. */
export interface AcknowledgedVersion extends BookingState {
  readonly isOverbooked: boolean;
  /** Unknown if a client only read the version. */
  readonly asked: Asked | undefined;
}

/** A booking in an answer of the service. */
export interface BookingAnswer {
  readonly id: number;
  readonly doctor_id: number;
  readonly patient: { readonly id: number };
  readonly date: string;
  readonly time: string;
  readonly duration: number;
  readonly status: string;
  readonly overbooked: boolean;
  readonly version: number;
}

/**
 * A booking in the states that the service acknowledged. Several clients may change one booking, so states are kept by
 * the version on the wire, which each change raises.
 */
export class Acknowledged {
  readonly id: number;
  readonly patientId: number;
  readonly versions = new Map<number, AcknowledgedVersion>();
  /** The highest acknowledged version on the wire. */
  version = 0;
  private isCancelled = false;

  constructor(answer: BookingAnswer, asked: Asked = {}) {
    this.id = answer.id;
    this.patientId = answer.patient.id;
    this.learn(answer, asked);
  }

  /** @param asked undefined if the client has only read the booking */
  learn(answer: BookingAnswer, asked?: Asked): void {
    const { doctor_id: doctorId, date, time, duration, overbooked: isOverbooked, version } = answer;
    const status = answer.status as BookingStatus;
    const known = this.versions.get(version)?.asked;
    this.versions.set(version, {
      ...{ doctorId, date, time, duration, status, isOverbooked },
      asked: known ?? asked,
    });
    this.version = Math.max(this.version, version);
  }

  /** A cancellation was acknowledged by an answer that has no version. Nothing can follow it. */
  learnCancelled(): void {
    this.isCancelled = true;
  }

  /** The state that must stand. */
  get latest(): AcknowledgedVersion {
    const latest = this.versions.get(this.version)!;
    return this.isCancelled ? { ...latest, status: 'cancelled' } : latest;
  }

  get status(): BookingStatus {
    return this.latest.status;
  }

  toJSON(): object {
    const { id, patientId, isCancelled } = this;
    return { id, patientId, isCancelled, versions: Object.fromEntries(this.versions) };
  }
}
