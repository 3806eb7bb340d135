import type { DataSource } from 'typeorm';
import { canonicalAddress } from '../../config/mail-address.js';
import { MAY_BE_RENEWED } from '../../database/canonical-addresses.js';
import { look } from '../../database/statement.js';
import type { Check } from './check.js';
import { Findings } from './findings.js';

const PAGE_ROWS = 1_000;

interface Row {
  readonly id: number;
  readonly email: string;
}

/** Accounts whose address is not in the canonical form, because another account of the same mailbox has it. */
export class AddressCheck implements Check {
  readonly code = 'SHARED_MAILBOX';
  readonly title = 'accounts that share their mailbox with another';

  constructor(private readonly dataSource: DataSource) {}

  async look(): Promise<Findings> {
    const findings = new Findings();
    for (let after = 0; ;) {
      const rows = await look<Row>(
        this.dataSource,
        `SELECT id, email FROM accounts WHERE id > ? AND ${MAY_BE_RENEWED} ORDER BY id LIMIT ${PAGE_ROWS}`,
        [after],
      );
      for (const row of rows) if (canonicalAddress(row.email) !== row.email) await this.add(findings, row);
      if (rows.length < PAGE_ROWS) return findings;
      after = rows.at(-1)!.id;
    }
  }

  private async add(findings: Findings, { id, email }: Row): Promise<void> {
    const [other] = await look<{ id: number }>(this.dataSource, 'SELECT id FROM accounts WHERE email = ?', [
      canonicalAddress(email),
    ]);
    findings.add({
      code: this.code,
      subject: `account ${id}`,
      detail: other
        ? `its address is another spelling of the address of account ${other.id}, to which log-ins with either go`
        : 'its address is not in the canonical form, so that nobody can log in with it',
      remedy:
        'Ask the owner which of the two accounts is to stay, free the address of the other, and run `node dist/migrate.js` ' +
        '(docs/operations.md, Mending by hand).',
    });
  }
}
