import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, LessThan, MoreThan, Repository } from 'typeorm';
import { inTransaction } from '../database/in-transaction.js';
import { Refusal } from '../http/domain-error.js';
import { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import type { KeyedRequest } from '../idempotency/keyed-request.js';
import { AvailabilityWindow } from './availability-window.entity.js';
import { lockSchedule } from './day-lock.js';

interface NewWindow {
  readonly dayOfWeek: number;
  /** HH:MM at the doctor's. */
  readonly startTime: string;
  readonly endTime: string;
}

/** The weekly windows of the doctors. Changing them leaves existing bookings as they are. */
@Injectable()
export class AvailabilityService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: IdempotentRequests,
    @InjectRepository(AvailabilityWindow) private readonly windows: Repository<AvailabilityWindow>,
  ) {}

  /** By day and start. */
  async list(doctorId: number): Promise<AvailabilityWindow[]> {
    return this.windows.find({ where: { doctorId }, order: { dayOfWeek: 'ASC', startTime: 'ASC' } });
  }

  /** @throws Refusal WINDOW_REVERSED, WINDOW_OVERLAPS */
  async add(doctorId: number, window: NewWindow, keyed?: KeyedRequest): Promise<AvailabilityWindow> {
    return this.requests.once(keyed, async (tx) => {
      if (window.startTime >= window.endTime) {
        throw new Refusal('WINDOW_REVERSED', 'start_time must be before end_time');
      }
      await lockSchedule(tx, doctorId);
      const overlapping = await tx.existsBy(AvailabilityWindow, {
        doctorId,
        dayOfWeek: window.dayOfWeek,
        startTime: LessThan(window.endTime),
        endTime: MoreThan(window.startTime),
      });
      if (overlapping) {
        throw new Refusal(
          'WINDOW_OVERLAPS',
          'This overlaps another availability window of yours on that day.',
        );
      }
      return tx.save(tx.create(AvailabilityWindow, { doctorId, ...window }));
    });
  }

  /** @throws Refusal AVAILABILITY_NOT_FOUND, also for another doctor's */
  async remove(doctorId: number, id: number): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      await lockSchedule(tx, doctorId);
      const { affected } = await tx.delete(AvailabilityWindow, { id, doctorId });
      if (!affected) throw new Refusal('AVAILABILITY_NOT_FOUND', 'Availability not found');
    });
  }
}
