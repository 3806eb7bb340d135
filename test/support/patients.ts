import type { Answer } from './client.js';
import type { BookingJson } from './appointments.js';
import type { Clinic, DoctorPerson, Person } from './clinic.js';

/** A patient's columns. */
export interface PatientColumns {
  readonly account_id?: number | null;
  readonly relation?: 'self' | 'dependant' | null;
  readonly given_name?: string | null;
  readonly family_name?: string | null;
  readonly birth_date?: string | null;
  readonly phone?: string | null;
  readonly email?: string | null;
  readonly locale?: 'en' | 'es' | null;
  readonly contact_by?: 'email' | 'none';
}

/** Inserts a patient directly into the database. */
export async function insertPatient(clinic: Clinic, columns: PatientColumns = {}): Promise<number> {
  const row = { ...columns, created_at: new Date(clinic.clock.now()) };
  const [assignments, values] = assigned(row);
  const result = await clinic.query(`INSERT INTO patients SET ${assignments}`, values);
  return (result as unknown as { insertId: number }).insertId;
}

/** The id of the patient who owns the account. */
export async function selfOf(clinic: Clinic, { id }: Person): Promise<number> {
  const [row] = await clinic.query<{ id: number }>('SELECT id FROM patients WHERE self_account_id = ?', [id]);
  return row!.id;
}

export async function updatePatient(clinic: Clinic, id: number, columns: PatientColumns): Promise<void> {
  const [assignments, values] = assigned(columns);
  await clinic.query(`UPDATE patients SET ${assignments} WHERE id = ?`, [...values, id]);
}

function assigned(columns: object): [assignments: string, values: unknown[]] {
  return [
    Object.keys(columns)
      .map((column) => `${column} = ?`)
      .join(),
    Object.values(columns),
  ];
}

/** Books for a patient. @throws if the booking is refused */
export async function bookFor(
  clinic: Clinic,
  { token }: Person,
  patientId: number,
  { doctorId }: DoctorPerson,
  wish: { date: string; time: string; [field: string]: unknown },
): Promise<BookingJson> {
  const body = { doctor_id: doctorId, patient_id: patientId, ...wish };
  const answer: Answer<BookingJson> = await clinic.client.post('/api/bookings', body, { token });
  if (answer.status !== 201) throw new Error(`not booked: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}
