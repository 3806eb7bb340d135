import { ApiEndTime, ApiId, ApiInteger, ApiTime } from '../http/api-properties.js';
import { FromText, IdField, IntegerField } from '../http/fields.js';
import { EndTimeField, TimeField } from '../http/time-fields.js';
import type { AvailabilityWindow } from './availability-window.entity.js';

export class AddWindowDto {
  @IntegerField(0, 6, { description: '0 Sunday to 6 Saturday', example: 6 })
  day_of_week!: number;

  @TimeField({ example: '09:00' })
  start_time!: string;

  @EndTimeField({ example: '13:00', description: '24:00 is the end of the day' })
  end_time!: string;

  @IdField({
    optional: true,
    description: 'Required from the desk; doctors add to their own',
    example: undefined,
  })
  doctor_id?: number;
}

export class DoctorIdParams {
  @FromText()
  @IdField()
  doctor_id!: number;
}

export class WindowDto {
  @ApiId()
  id!: number;

  @ApiId()
  doctor_id!: number;

  @ApiInteger(0, 6, { example: 1, description: '0 Sunday to 6 Saturday' })
  day_of_week!: number;

  @ApiTime({ example: '09:00' })
  start_time!: string;

  @ApiEndTime()
  end_time!: string;

  static from(window: AvailabilityWindow): WindowDto {
    return {
      id: window.id,
      doctor_id: window.doctorId,
      day_of_week: window.dayOfWeek,
      start_time: window.startTime.slice(0, 5),
      end_time: window.endTime.slice(0, 5),
    };
  }
}
