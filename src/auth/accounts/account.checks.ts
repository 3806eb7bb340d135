import { canonicalAddress } from '../../config/mail-address.js';
import { MAY_BE_NONCANONICAL } from '../../database/canonical-addresses.js';
import { type Found, type IntegrityCheck, readByPage } from '../../database/integrity-check.js';
import { query, type Source } from '../../database/statement.js';

interface Row {
  readonly id: number;
  readonly email: string;
}

const ADDRESSES = `/* check-shared-mailbox */ SELECT id, email FROM accounts
  WHERE id > ? AND id <= ? AND ${MAY_BE_NONCANONICAL} ORDER BY id`;
const OWNER = '/* find-owner-of-address */ SELECT id FROM accounts WHERE email = ?';

export const ACCOUNT_CHECKS: readonly IntegrityCheck[] = [
  // Such an account's address is not canonical, because another account with the same mailbox has the canonical form.
  {
    code: 'SHARED_MAILBOX',
    title: 'accounts that share a mailbox with another account',
    async *find(source: Source): AsyncGenerator<Found> {
      for await (const { id, email } of readByPage<Row>(source, 'accounts', ADDRESSES)) {
        const canonical = canonicalAddress(email);
        if (canonical === email) continue;
        const [other] = await query<Pick<Row, 'id'>>(source, OWNER, [canonical]);
        yield {
          subject: `account ${id}`,
          detail: other
            ? `its address is another spelling of the address of account ${other.id}, to which log-ins with either go`
            : 'its address is not in canonical form, so nobody can log in with it',
          remedy:
            'Ask the owner which of the two accounts is to stay, free the address of the other, and run ' +
            '`node dist/migrate.js` (docs/operations.md, Mending by hand).',
        };
      }
    },
  },
];
