import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import { clinicCountry } from '../clinic/clinic.repository.js';
import { ImportEnvironment } from '../config/import.environment.js';
import { inTransaction } from '../database/in-transaction.js';
import { SYSTEM_CONTEXT } from '../http/context.js';
import { Clock } from '../time/clock.js';
import { dateIn } from '../time/clinic-time.js';
import type { ImportReport, LikelyDuplicate, LineFaults } from './import-report.js';
import { type CheckedLine, checkLine, isSameLine, likelyDuplicatesIn } from './imported-line.js';
import { probablySame } from './duplicates.js';
import type { PatientRecord } from './patient.js';
import { lockPatientEntry } from './patient-entry-lock.repository.js';
import type { FileLine } from './patient-file.js';
import { findByAddresses } from './patient-import.reader.js';
import { insertPatient } from './patient.repository.js';
import { findAlike } from './patient-search.reader.js';

const STEP = 100;

/** Imports the patients of a file: all that are not likely duplicates, or none if a line has a fault. */
@Injectable()
export class PatientImport {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
    private readonly environment: ImportEnvironment,
  ) {}

  /** @param onProgress gets the number of lines after every 100 */
  async run(
    lines: readonly FileLine[],
    { isDryRun, onProgress }: { readonly isDryRun: boolean; readonly onProgress: (lines: number) => void },
  ): Promise<ImportReport> {
    const country = await clinicCountry(this.dataSource);
    const today = dateIn(this.environment.CLINIC_TIMEZONE, this.clock.now());
    const checked = lines.map((line) => checkLine(line, { country, today }));
    const faults = checked.filter((line): line is LineFaults => 'messages' in line);
    if (faults.length > 0) return { faults, duplicates: [], imported: 0 };
    return inTransaction(this.dataSource, async (tx) => {
      const valid = checked as CheckedLine[];
      if (!isDryRun) await lockPatientEntry(tx);
      const duplicates = await this.findDuplicates(tx, valid, onProgress);
      const leftOut = new Set(duplicates.map(({ line }) => line));
      const fresh = valid.filter(({ line }) => !leftOut.has(line));
      if (!isDryRun) for (const line of fresh) await this.insert(tx, line);
      return { faults: [], duplicates, imported: fresh.length };
    });
  }

  private async findDuplicates(
    tx: EntityManager,
    lines: readonly CheckedLine[],
    onProgress: (lines: number) => void,
  ): Promise<LikelyDuplicate[]> {
    const reached = await this.findReached(tx, lines);
    const inFile = likelyDuplicatesIn(lines);
    const duplicates: LikelyDuplicate[] = [];
    for (const [at, { line, details }] of lines.entries()) {
      const alike = probablySame(details, await findAlike(tx, details));
      const same = (reached.get(details.email ?? '') ?? []).filter((patient) => isSameLine(details, patient));
      const patientIds = [...new Set([...alike, ...same].map(({ id }) => id))];
      const earlier = inFile.get(line) ?? [];
      if (patientIds.length + earlier.length > 0) duplicates.push({ line, patientIds, lines: earlier });
      if ((at + 1) % STEP === 0) onProgress(at + 1);
    }
    return duplicates;
  }

  private async findReached(
    tx: EntityManager,
    lines: readonly CheckedLine[],
  ): Promise<Map<string, PatientRecord[]>> {
    const emails = [...new Set(lines.flatMap(({ details }) => details.email ?? []))];
    const reached = new Map<string, PatientRecord[]>();
    for (const patient of await findByAddresses(tx, emails))
      reached.set(patient.email!, [...(reached.get(patient.email!) ?? []), patient]);
    return reached;
  }

  private async insert(tx: EntityManager, { details }: CheckedLine): Promise<void> {
    const owner = { accountId: null, relation: null };
    const id = await insertPatient(tx, { ...details, ...owner, createdAt: this.clock.now() });
    await this.audit.record(SYSTEM_CONTEXT, tx, 'patient.imported', id);
  }
}
