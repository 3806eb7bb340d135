/** Gives each account that was inserted directly into the database its patient. */
export const INSERT_SELF_PATIENTS = `INSERT INTO patients (account_id, relation, created_at)
  SELECT a.id, 'self', a.created_at FROM accounts a LEFT JOIN patients p ON p.self_account_id = a.id WHERE p.id IS NULL`;

/** The patient of the account in the parameter. */
export const PATIENT_OF_ACCOUNT = '(SELECT id FROM patients WHERE self_account_id = ?)';
