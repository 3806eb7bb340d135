import { pagesOfAccount } from '../database/pages.js';
import { DOCTOR_ID_OF_ACCOUNT } from '../doctors/doctor.sql.js';

export const exportWindows = pagesOfAccount(
  `/* export-windows */ SELECT id, day_of_week, start_time, end_time, valid_from, valid_until, type_ids FROM availability_windows WHERE doctor_id = ${DOCTOR_ID_OF_ACCOUNT}`,
);

export const exportExceptions = pagesOfAccount(
  `/* export-exceptions */ SELECT id, date, start_time, end_time FROM exceptions WHERE doctor_id = ${DOCTOR_ID_OF_ACCOUNT}`,
  { date: 'date', id: 'id' },
);
