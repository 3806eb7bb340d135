import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { clinicCountry } from '../clinic/clinic.repository.js';
import type { PatientRecord } from './patient.js';
import { searchPatients } from './patient-search.reader.js';
import { digitsOf, readPhone } from './phone.js';

/** What the desk typed to find a patient: at least one of these. */
export interface SearchCommand {
  /** Folded. */
  readonly words: readonly string[];
  readonly birthDate?: string | undefined;
  /** As typed: a phone number, or its last digits. */
  readonly phone?: string | undefined;
}

/** Finds patients for the desk. */
@Injectable()
export class PatientSearch {
  constructor(private readonly dataSource: DataSource) {}

  /** At most 50 patients, by name. */
  async find({ words, birthDate, phone }: SearchCommand): Promise<PatientRecord[]> {
    const phoneEnds = phone === undefined ? [] : await this.endsOf(phone);
    return searchPatients(this.dataSource, { words, birthDate, phoneEnds });
  }

  /** The digits as typed, and those of the whole number: a national number may begin with a digit that is no part of it. */
  private async endsOf(typed: string): Promise<string[]> {
    const whole = readPhone(typed, await clinicCountry(this.dataSource));
    const digits = digitsOf(typed);
    return whole === undefined || whole.endsWith(digits) ? [digits] : [digits, digitsOf(whole)];
  }
}
