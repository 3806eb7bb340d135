import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, type EntityManager, Repository } from 'typeorm';
import { Changes } from '../outbox/changes.js';
import { isDesk } from '../auth/role.js';
import { Sessions } from '../auth/sessions/sessions.js';
import { recipientAddressOf } from '../auth/accounts/account-address.js';
import { lockAccount } from '../auth/accounts/account.repository.js';
import { assertAddressVerified } from '../auth/accounts/address-verification.js';
import { ClinicEnvironment } from '../config/clinic.environment.js';
import { isDuplicate } from '../database/mysql-errors.js';
import { NotFound, Refusal } from '../errors/domain-error.js';
import { type AccountContext, type Context, hasAccount } from '../http/context.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { Clock } from '../time/clock.js';
import { Doctor } from './doctor.entity.js';
import { doctorNotFound } from './doctor.refusals.js';
import {
  type DoctorWithAccount,
  listActiveDoctors,
  listDoctorsWithAccounts,
  type Profile,
} from './doctor.repository.js';

interface NewDoctor {
  readonly name: string;
  readonly specialty: string;
  readonly email: string;
  readonly userId: number;
  readonly timezone?: string;
}

/** Inserts the initial rows of a new doctor into another module's tables. */
type AfterCreate = (tx: EntityManager, doctorId: number) => Promise<void>;

/** The doctors' profiles. */
@Injectable()
export class DoctorsService {
  private afterCreate: AfterCreate | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: IdempotentRequests,
    @InjectRepository(Doctor) private readonly doctors: Repository<Doctor>,
    private readonly changes: Changes,
    private readonly sessions: Sessions,
    private readonly clock: Clock,
    private readonly environment: ClinicEnvironment,
  ) {}

  /** Registers a callback that runs in the transaction that creates a doctor, after the profile is inserted. */
  onCreate(afterCreate: AfterCreate): void {
    this.afterCreate = afterCreate;
  }

  /** All active doctors, by name. */
  async listActive(): Promise<Profile[]> {
    return listActiveDoctors(this.dataSource);
  }

  /** All doctors, by name, with their accounts' addresses. */
  async listWithAccounts(): Promise<DoctorWithAccount[]> {
    return listDoctorsWithAccounts(this.dataSource);
  }

  find(where: { readonly id: number } | { readonly userId: number }): Promise<Doctor | null> {
    return this.doctors.findOneBy(where);
  }

  /** @throws NotFound DOCTOR_NOT_FOUND */
  async get(id: number): Promise<Doctor> {
    const doctor = await this.find({ id });
    if (!doctor) throw doctorNotFound(id);
    return doctor;
  }

  /**
   * The profile, if the actor may see it: inactive ones are only for the desk and the doctor.
   *
   * @throws NotFound DOCTOR_NOT_FOUND
   */
  async getFor({ actor }: AccountContext, id: number): Promise<Doctor> {
    const doctor = await this.get(id);
    if (doctor.active || isDesk(actor.role) || doctor.userId === actor.id) return doctor;
    throw doctorNotFound(id);
  }

  /**
   * The profile of the signed-in doctor.
   *
   * @throws NotFound PROFILE_NOT_FOUND
   */
  async ofAccount(userId: number): Promise<Doctor> {
    const doctor = await this.find({ userId });
    if (!doctor)
      throw new NotFound('PROFILE_NOT_FOUND', 'You have no doctor profile yet. Ask an admin to create it.');
    return doctor;
  }

  /**
   * Creates a profile with windows Monday to Friday, 09:00 to 17:00.
   *
   * @throws Refusal NOT_A_DOCTOR_ACCOUNT, EMAIL_NOT_VERIFIED, PROFILE_EXISTS
   */
  async create(context: Context, profile: NewDoctor): Promise<DoctorWithAccount> {
    return this.requests.once(context, (tx) => this.createIn(context, tx, profile));
  }

  private async createIn(
    context: Context,
    tx: EntityManager,
    profile: NewDoctor,
  ): Promise<DoctorWithAccount> {
    if (hasAccount(context)) await this.sessions.lock(context, tx);
    // Locked, because an erasure of the account may be in progress.
    const account = await lockAccount(tx, profile.userId);
    if (account?.role !== 'doctor' || account.isDisabled) {
      throw new Refusal(
        'NOT_A_DOCTOR_ACCOUNT',
        `Account ${profile.userId} is not an enabled account of role doctor. Create one first.`,
      );
    }
    assertAddressVerified(account);
    const timezone = profile.timezone ?? this.environment.CLINIC_TIMEZONE;
    const createdAt = new Date(this.clock.now());
    const doctor = await insert(
      tx,
      tx.create(Doctor, { ...profile, timezone, active: 1, version: 1, createdAt }),
    );
    await this.afterCreate?.(tx, doctor.id);
    await this.changes.record(context, tx, {
      action: 'doctor.created',
      subjectId: doctor.id,
      particulars: { account_id: account.id },
    });
    return { doctor, userEmail: recipientAddressOf(account) };
  }
}

function profileOf({ id, userId, name, specialty, email, timezone, active, version }: Doctor): Profile {
  return { id, userId, name, specialty, email, timezone, active, version };
}

/** @throws Refusal PROFILE_EXISTS */
async function insert(tx: EntityManager, doctor: Doctor): Promise<Profile> {
  try {
    return profileOf(await tx.save(doctor));
  } catch (error) {
    if (!isDuplicate(error, 'doctors_user')) throw error;
    throw new Refusal(
      'PROFILE_EXISTS',
      `Account ${doctor.userId} already has a doctor profile. Use that one.`,
    );
  }
}
