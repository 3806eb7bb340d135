/** A patient as the API answers it. */
export interface PatientJson {
  readonly id: number;
  readonly given_name: string | null;
  readonly family_name: string | null;
  readonly birth_date: string | null;
  readonly phone: string | null;
  readonly email: string | null;
  readonly locale: string | null;
  readonly contact_by: string;
  readonly notes?: string | null;
  readonly account_id: number | null;
  readonly relation: string | null;
  readonly version: number;
  readonly created_at: string;
}
