import { ADMIN, DOCTOR, PATIENT, STAFF } from './demo-accounts.js';

/**
 * What the demo prints once it runs: addresses to open, accounts, and a first request.
 *
 * @param {string} baseUrl
 * @param {string} [mailboxUrl]
 */
export function welcome(baseUrl, mailboxUrl) {
  return `
Clinica is running:

  Swagger UI       ${baseUrl}/api/docs
  Doctors, as JSON ${baseUrl}/api/doctors/public
  Queue dashboard  ${baseUrl}/admin/queues   (asks for the admin's email and password)
  Mailbox          ${mailboxUrl ?? 'on the server of SMTP_URL'}

  admin            ${ADMIN.email}     ${ADMIN.password}
  front desk       ${STAFF.email}      ${STAFF.password}
  doctor           ${DOCTOR.email}    ${DOCTOR.password}
  patient          ${PATIENT.email}   ${PATIENT.password}

A first request:

  curl -s ${baseUrl}/api/auth/login -H 'content-type: application/json' \\
    -d '${JSON.stringify(PATIENT)}'

Logs: .local/api.log, .local/worker.log; addresses and accounts for scripts: .local/demo.env`;
}
