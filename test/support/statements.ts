import type { Pool, PoolConnection } from 'mysql2';
import type { DataSource } from 'typeorm';

/** A statement on its way to the database. */
export interface Statement {
  readonly sql: string;
  readonly parameters: unknown[];
}

/** A statement that was sent, and the number of the error that came back, if one did. */
export interface SentStatement extends Statement {
  readonly errno?: number;
}

/** A statement that stands still until it is released. */
export interface Held {
  readonly reached: Promise<void>;
  release(): void;
}

/** Statements by hand, by the name that each begins with. */
export function named(name: string): RegExp {
  return new RegExp(`^/\\* ${name} \\*/\\s`);
}

type Which = RegExp | ((statement: Statement) => boolean);
/** What goes to the database instead: another statement, or nothing. */
type Rule = (statement: Statement) => Statement | 'nothing' | Promise<Statement>;
type Done = (error: (Error & { errno?: number }) | null, ...answer: unknown[]) => void;
type Query = (sql: string, parameters: unknown[], done: Done) => void;

/**
 * Looks at each statement that an app sends to its database, and where a test says so holds, changes or swallows it.
 * The app knows nothing of it.
 */
export class Statements {
  readonly sent: SentStatement[] = [];
  private rules: { which: Which; rule: Rule }[] = [];
  private readonly connections = new Map<PoolConnection, Query>();

  private constructor(private readonly getConnection: Pool['getConnection']) {}

  static of(dataSource: DataSource): Statements {
    const { pool } = dataSource.driver as unknown as { pool: Pool };
    const statements = new Statements(pool.getConnection.bind(pool));
    pool.getConnection = (done) =>
      statements.getConnection((error, connection) => {
        if (!error) statements.watch(connection);
        done(error, connection);
      });
    return statements;
  }

  /** Forgets what was sent and all that was said about what is to come. */
  reset(): void {
    this.sent.length = 0;
    this.rules = [];
  }

  /** Sends another statement instead of each of these. */
  replace(which: Which, by: (statement: Statement) => Statement): void {
    this.rules.push({ which, rule: by });
  }

  /** Never sends these; the app believes that it did. */
  leaveOut(which: Which): void {
    this.rules.push({ which, rule: () => 'nothing' });
  }

  /** Holds the next one of these before it is sent. */
  hold(which: Which): Held {
    const [reached, arrive] = signal();
    const [released, release] = signal();
    const entry = {
      which,
      rule: async (statement: Statement) => {
        this.rules = this.rules.filter((other) => other !== entry);
        arrive();
        await released;
        return statement;
      },
    };
    this.rules.push(entry);
    return { reached, release };
  }

  /** Whether one of the app's connections is waiting for a lock right now. */
  async waitsForLock(): Promise<boolean> {
    const threads = new Set([...this.connections.keys()].map(({ threadId }) => threadId));
    // Not from information_schema.innodb_trx: that is a cache which is not renewed while it is looked at often.
    const status = await this.engineStatus();
    // What stands before the first transaction tells of old deadlocks, in the same words.
    return status
      .split('---TRANSACTION')
      .slice(1)
      .filter((transaction) => transaction.includes('LOCK WAIT'))
      .some((transaction) => threads.has(Number(/thread id (\d+)/.exec(transaction)?.[1])));
  }

  private engineStatus(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.getConnection((error, connection) => {
        if (error) return reject(error);
        // Past the rules, which would take it for one of the app's.
        const query = this.connections.get(connection) ?? (connection.query.bind(connection) as Query);
        query('SHOW ENGINE INNODB STATUS', [], (failure, rows) => {
          connection.release();
          if (failure) reject(failure);
          else resolve((rows as [{ Status: string }])[0].Status);
        });
      });
    });
  }

  private watch(connection: PoolConnection): void {
    if (this.connections.has(connection)) return;
    const send = connection.query.bind(connection) as Query;
    this.connections.set(connection, send);
    // In order: one that is held, holds those that are sent behind it without waiting for its answer.
    let last: Promise<void> | undefined;
    const watched = (sql: string, given: unknown[] | Done, callback?: Done): void => {
      const [parameters, done] = callback ? [given as unknown[], callback] : [[], given as Done];
      const pass = (): Promise<void> => this.pass({ sql, parameters }, send, done);
      const passing = last ? last.then(pass) : pass();
      const passed = passing.then(() => {
        if (last === passed) last = undefined;
      });
      last = passed;
    };
    connection.query = watched as PoolConnection['query'];
  }

  private async pass(given: Statement, send: Query, done: Done): Promise<void> {
    let statement: Statement | 'nothing' = given;
    for (const { which, rule } of [...this.rules]) {
      if (statement !== 'nothing' && matches(which, statement)) statement = await rule(statement);
    }
    if (statement === 'nothing') return done(null, { affectedRows: 1 }, []);
    const passed = statement;
    try {
      send(passed.sql, passed.parameters, (error, ...answer) => {
        this.sent.push(error ? { ...passed, errno: error.errno ?? 0 } : passed);
        done(error, ...answer);
      });
    } catch (error) {
      done(error as Error);
    }
  }
}

/** A promise and what fulfils it. */
function signal(): [Promise<void>, () => void] {
  let fulfil!: () => void;
  return [new Promise<void>((resolve) => (fulfil = resolve)), fulfil];
}

function matches(which: Which, statement: Statement): boolean {
  return which instanceof RegExp ? which.test(statement.sql) : which(statement);
}
