/** SQL for other modules to read the clinic's settings together with their own tables. */

/** Joins the clinic's settings, if there are any, as `clinic`. */
export function joinClinic(): string {
  return 'LEFT JOIN clinic ON clinic.id = 1';
}

/** The columns of the clinic's contact details; null: those of the configuration. */
export const CLINIC_COLUMNS = `clinic.name AS clinic_name, clinic.address AS clinic_address,
  clinic.phone AS clinic_phone`;
