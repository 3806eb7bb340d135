import { Injectable } from '@nestjs/common';
import { AccountsService } from '../auth/accounts/accounts.service.js';
import { ClinicService } from '../clinic/clinic.service.js';
import { type AccountContext, SYSTEM_CONTEXT } from '../http/context.js';
import { NewPatients } from '../patients/new-patients.service.js';
import { PatientsService } from '../patients/patients.service.js';
import { CALLERS, COUNTRY, type DemoPatient, PATIENT_PASSWORD, PATIENTS, STAFF } from './clinic.js';

/** Adds the demo clinic's patients and its receptionist. */
@Injectable()
export class DemoPeopleSeeder {
  constructor(
    private readonly accounts: AccountsService,
    private readonly clinic: ClinicService,
    private readonly patients: PatientsService,
    private readonly newPatients: NewPatients,
  ) {}

  /** The context of a request that an account would send. */
  async contextOf(accountId: number): Promise<AccountContext> {
    const { id, role, sessionVersion: version } = await this.accounts.get(accountId);
    return { ...SYSTEM_CONTEXT, actor: { ...SYSTEM_CONTEXT.actor, id, role, version, session: null } };
  }

  /** The context of a request that the first admin would send; undefined if there is none. */
  async contextOfAdmin(): Promise<AccountContext | undefined> {
    const [admin] = await this.accounts.list({ role: 'admin', after: 0, limit: 1 });
    return admin && this.contextOf(admin.id);
  }

  /** Sets the clinic's country, by which national phone numbers are read, unless it has one. */
  async setCountry(admin: AccountContext): Promise<void> {
    const { country } = await this.clinic.get();
    if (country === null) await this.clinic.change(admin, { country: COUNTRY });
  }

  /**
   * Adds the patients with accounts, and their dependants.
   *
   * @returns the new accounts, and the number of new patients
   */
  async addPatients(): Promise<{ accounts: number[]; count: number }> {
    const accounts: number[] = [];
    let count = 0;
    for (const patient of PATIENTS) {
      if (await this.accounts.exists(patient.email)) continue;
      accounts.push(await this.addPatient(patient));
      count += 1 + (patient.dependants?.length ?? 0);
    }
    return { accounts, count };
  }

  private async addPatient({ email, locale, dependants = [], ...person }: DemoPatient): Promise<number> {
    const account = { email, password: PATIENT_PASSWORD, role: 'user', locale } as const;
    const { id } = await this.accounts.open(SYSTEM_CONTEXT, account);
    const context = await this.contextOf(id);
    const [self] = await this.patients.listOwn(context);
    await this.patients.change(context, self!.id, person);
    for (const dependant of dependants) await this.newPatients.create(context, dependant);
    return id;
  }

  /**
   * Adds the receptionist, who enters the patients without accounts.
   *
   * @returns the number of these patients; undefined if the receptionist was there already
   */
  async addReceptionist(): Promise<number | undefined> {
    if (await this.accounts.exists(STAFF.email)) return undefined;
    const { id } = await this.accounts.open(SYSTEM_CONTEXT, { ...STAFF, role: 'staff' });
    const context = await this.contextOf(id);
    for (const caller of CALLERS) await this.newPatients.create(context, caller);
    return CALLERS.length;
  }
}
