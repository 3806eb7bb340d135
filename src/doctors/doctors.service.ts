import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, type EntityManager, In, Repository } from 'typeorm';
import { Account } from '../auth/account.entity.js';
import { Environment } from '../config/environment.js';
import { inTransaction } from '../database/in-transaction.js';
import { isDuplicate } from '../database/mysql-errors.js';
import { NotFound, Refusal } from '../http/domain-error.js';
import { Clock } from '../time/clock.js';
import { Doctor } from './doctor.entity.js';

interface NewDoctor {
  readonly name: string;
  readonly specialty: string;
  readonly email: string;
  readonly userId: number;
  readonly timezone?: string;
}

/** A profile with the address of the account it belongs to. */
export interface DoctorWithAccount {
  readonly doctor: Doctor;
  readonly userEmail: string;
}

/** The doctors' profiles. */
@Injectable()
export class DoctorsService {
  constructor(
    private readonly dataSource: DataSource,
    @InjectRepository(Doctor) private readonly doctors: Repository<Doctor>,
    @InjectRepository(Account) private readonly accounts: Repository<Account>,
    private readonly clock: Clock,
    private readonly environment: Environment,
  ) {}

  /** Everyone, by name. */
  async list(): Promise<Doctor[]> {
    return this.doctors.find({ order: { name: 'ASC', id: 'ASC' } });
  }

  /** Everyone, by name, with the accounts' addresses. */
  async listWithAccounts(): Promise<DoctorWithAccount[]> {
    const doctors = await this.list();
    const accounts = await this.accounts.findBy({ id: In(doctors.map(({ userId }) => userId)) });
    const emails = new Map(accounts.map(({ id, email }) => [id, email]));
    return doctors.map((doctor) => ({ doctor, userEmail: emails.get(doctor.userId)! }));
  }

  /** @throws NotFound DOCTOR_NOT_FOUND */
  async get(id: number): Promise<Doctor> {
    const doctor = await this.doctors.findOneBy({ id });
    if (!doctor) throw new NotFound('DOCTOR_NOT_FOUND', `There is no doctor ${id}.`);
    return doctor;
  }

  /**
   * The profile of the doctor who is logged in.
   *
   * @throws NotFound PROFILE_NOT_FOUND
   */
  async ofAccount(userId: number): Promise<Doctor> {
    const doctor = await this.doctors.findOneBy({ userId });
    if (!doctor)
      throw new NotFound('PROFILE_NOT_FOUND', 'You have no doctor profile yet. Ask an admin to create it.');
    return doctor;
  }

  /**
   * Creates a profile, available Monday to Friday, 09:00 to 17:00.
   *
   * @throws Refusal NOT_A_DOCTOR_ACCOUNT, PROFILE_EXISTS
   */
  async create(profile: NewDoctor): Promise<DoctorWithAccount> {
    try {
      return await inTransaction(this.dataSource, async (tx) => this.createIn(tx, profile));
    } catch (error) {
      if (isDuplicate(error, 'doctors_user')) {
        throw new Refusal('PROFILE_EXISTS', `Account ${profile.userId} has a doctor profile already.`);
      }
      throw error;
    }
  }

  private async createIn(tx: EntityManager, profile: NewDoctor): Promise<DoctorWithAccount> {
    const account = await tx.findOneBy(Account, { id: profile.userId });
    if (account?.role !== 'doctor') {
      throw new Refusal('NOT_A_DOCTOR_ACCOUNT', `There is no account ${profile.userId} of role doctor.`);
    }
    const doctor = await tx.save(
      tx.create(Doctor, {
        ...profile,
        timezone: profile.timezone ?? this.environment.CLINIC_TIMEZONE,
        createdAt: new Date(this.clock.now()),
      }),
    );
    await giveDefaultWeek(tx, doctor.id);
    return { doctor, userEmail: account.email };
  }
}

const MONDAY_TO_FRIDAY = [1, 2, 3, 4, 5];

async function giveDefaultWeek(tx: EntityManager, doctorId: number): Promise<void> {
  await tx.query(
    `INSERT INTO availability_windows (doctor_id, day_of_week, start_time, end_time) VALUES ${MONDAY_TO_FRIDAY.map(
      () => `(?, ?, '09:00', '17:00')`,
    ).join(', ')}`,
    MONDAY_TO_FRIDAY.flatMap((day) => [doctorId, day]),
  );
}
