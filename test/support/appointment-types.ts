import type { Clinic, DoctorPerson } from './clinic.js';

/** A type as the API shows it. */
export interface TypeJson {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly description: string | null;
  readonly duration: number;
  readonly slot_step: number | null;
  readonly buffer_before: number;
  readonly buffer_after: number;
  readonly min_notice_minutes: number | null;
  readonly horizon_days: number | null;
  readonly cancel_cutoff_minutes: number | null;
  readonly max_per_day: number | null;
  readonly max_live_bookings: number | null;
  readonly audience: 'patients' | 'staff';
  readonly active: boolean;
  readonly version: number;
}

let types = 0;

/** Creates a type as an admin, by default of 30 minutes for patients. */
export async function createType(
  clinic: Clinic,
  values: Partial<Omit<TypeJson, 'id' | 'version'>> = {},
): Promise<TypeJson> {
  types += 1;
  const body = { code: `type-${types}`, name: `Type ${types}`, duration: 30, ...values };
  const { status, body: created } = await clinic.client.post<TypeJson>('/api/appointment-types', body, {
    token: (await clinic.admin()).token,
  });
  if (status !== 201) throw new Error(`The type was not created: ${JSON.stringify(created)}`);
  return created;
}

/** Sets as an admin what a doctor offers, each type with own values or without. */
export async function offerTypes(
  clinic: Clinic,
  { doctorId }: DoctorPerson,
  ...offers: readonly (TypeJson | { readonly type: TypeJson; readonly own: object })[]
): Promise<void> {
  const body = {
    types: offers.map((offer) =>
      'type' in offer ? { type_id: offer.type.id, ...offer.own } : { type_id: offer.id },
    ),
  };
  const { token } = await clinic.admin();
  const { status, body: answer } = await clinic.client.send('PUT', `/api/doctors/${doctorId}/types`, {
    token,
    body,
  });
  if (status !== 200) throw new Error(`The types were not set: ${JSON.stringify(answer)}`);
}
