import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Connection } from 'mysql2/promise';

/** A database user. */
export interface DatabaseUser {
  readonly name: string;
  readonly password: string;
}

/** The two database users of production, with the privileges of docs/sql on one database. */
export class DatabaseUsers {
  readonly owner: DatabaseUser;
  readonly service: DatabaseUser;

  /**
   * @param connection of a user who may create users
   * @param database need not exist yet
   */
  constructor(
    private readonly connection: Connection,
    private readonly database: string,
  ) {
    const suffix = randomBytes(4).toString('hex');
    [this.owner, this.service] = ['owner', 'service'].map((role) => ({
      name: `clinica_${role}_${suffix}`,
      password: randomBytes(24).toString('hex'),
    })) as [DatabaseUser, DatabaseUser];
  }

  /** Creates both users, and grants the owner's privileges. */
  async create(): Promise<void> {
    for (const { name, password } of [this.owner, this.service])
      await this.connection.query(`CREATE USER '${name}'@'%' IDENTIFIED BY '${password}'`);
    await this.grant('owner.sql');
  }

  /** Grants the service's privileges. The tables must exist. */
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

/** The URL of a database, on one server or several, with another user. */
export function urlFor(url: string, { name, password }: DatabaseUser): string {
  return url.replace(/^(\w+:\/\/)(?:[^@/]*@)?/, `$1${name}:${password}@`);
}
