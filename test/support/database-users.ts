import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Connection } from 'mysql2/promise';

/** A database user. */
export interface DatabaseUser {
  readonly name: string;
  readonly password: string;
}

/** The database users that production asks for, with the rights of docs/sql on one database. */
export class DatabaseUsers {
  readonly owner: DatabaseUser;
  readonly service: DatabaseUser;

  /**
   * @param connection of a user who may make users
   * @param database which need not be there yet
   */
  constructor(
    private readonly connection: Connection,
    private readonly database: string,
  ) {
    const word = randomBytes(4).toString('hex');
    [this.owner, this.service] = ['owner', 'service'].map((role) => ({
      name: `clinica_${role}_${word}`,
      password: randomBytes(24).toString('hex'),
    })) as [DatabaseUser, DatabaseUser];
  }

  /** Makes both, and lets the owner migrate. */
  async create(): Promise<void> {
    for (const { name, password } of [this.owner, this.service])
      await this.connection.query(`CREATE USER '${name}'@'%' IDENTIFIED BY '${password}'`);
    await this.grant('owner.sql');
  }

  /** Lets the service work, once the tables are there. */
  async grantService(): Promise<void> {
    await this.grant('service.sql');
  }

  async grant(file: string): Promise<void> {
    for (const statement of statementsOf(file)) await this.connection.query(this.adapted(statement));
  }

  async drop(): Promise<void> {
    for (const { name } of [this.owner, this.service])
      await this.connection.query(`DROP USER IF EXISTS '${name}'@'%'`);
  }

  private adapted(statement: string): string {
    return statement
      .replaceAll(/\bclinica\.(?=\w|\*)/g, `\`${this.database}\`.`)
      .replaceAll("'clinica_owner'@", `'${this.owner.name}'@`)
      .replaceAll("'clinica'@", `'${this.service.name}'@`);
  }
}

/** The statements of a file of docs/sql. */
export function statementsOf(file: string): string[] {
  const sql = readFileSync(new URL(`../../docs/sql/${file}`, import.meta.url), 'utf8');
  return sql
    .replaceAll(/^--.*$/gm, '')
    .split(';')
    .map((statement) => statement.trim())
    .filter(Boolean);
}

/** The address of a database, of one server or several, for another user. */
export function urlFor(url: string, { name, password }: DatabaseUser): string {
  return url.replace(/^(\w+:\/\/)(?:[^@/]*@)?/, `$1${name}:${password}@`);
}
