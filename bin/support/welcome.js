import { ADMIN, DOCTOR, PATIENT } from './demo-accounts.js';
import { line } from './say.js';

/**
 * Where to look now, as whom, and a first request to paste.
 *
 * @param {{ baseUrl: string, mailboxUrl?: string }} addresses
 */
export function welcome({ baseUrl, mailboxUrl }) {
  line(`
Clinica is up:

  API              ${baseUrl}/api
  Swagger UI       ${baseUrl}/api/docs
  Queue dashboard  ${baseUrl}/admin/queues   (asks for the admin's email and password)
  Mailbox          ${mailboxUrl ?? 'on the server of SMTP_URL'}

  admin            ${ADMIN.email}     ${ADMIN.password}
  doctor           ${DOCTOR.email}    ${DOCTOR.password}
  patient          ${PATIENT.email}   ${PATIENT.password}

To paste:

  curl -s ${baseUrl}/api/auth/login -H 'content-type: application/json' \\
    -d '${JSON.stringify(PATIENT)}'

Logs: .local/api.log, .local/worker.log; addresses and accounts for scripts: .local/demo.env`);
}
