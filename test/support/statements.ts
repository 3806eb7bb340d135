import type { Pool, PoolConnection } from 'mysql2';
import type { DataSource } from 'typeorm';

/** A statement that is about to be sent to the database. */
export interface Statement {
  readonly sql: string;
  readonly parameters: unknown[];
}

/** A statement that was sent, and the number of its error, if it failed. */
export interface SentStatement extends Statement {
  readonly errno?: number;
}

/** A statement that is not sent until it is released. */
export interface Held {
  readonly reached: Promise<void>;
  release(): void;
}

/** Matches the handwritten statement that begins with a name. */
export function statementNamed(name: string): RegExp {
  return new RegExp(`^/\\* ${name} \\*/\\s`);
}

type Which = RegExp | ((statement: Statement) => boolean);
/** Returns the statement to send instead, or that nothing is sent. */
type Rule = (statement: Statement) => Statement | 'nothing' | Promise<Statement>;
type Done = (error: (Error & { errno?: number }) | null, ...answer: unknown[]) => void;
type Query = (sql: string, parameters: unknown[], done: Done) => void;

/**
 * Records each statement that an app sends to its database. A test can have it hold, replace or drop statements without
 * the app noticing.
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

  /** Forgets the sent statements and all rules. */
  reset(): void {
    this.sent.length = 0;
    this.rules = [];
  }

  /** Sends another statement instead of each of these. */
  replace(which: Which, replacement: (statement: Statement) => Statement): void {
    this.rules.push({ which, rule: replacement });
  }

  /** Drops these; to the app it looks as if they were sent. */
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
    // Not from information_schema.innodb_trx: it is a cache that is not refreshed while it is read often.
    const status = await this.engineStatus();
    // The part before the first transaction describes old deadlocks in the same words.
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
        // Bypasses the rules, which apply to the app's statements.
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
    // In order: while a statement is held, those behind it wait too.
    let last: Promise<void> | undefined;
    const watched = (sql: string, values: unknown[] | Done, callback?: Done): void => {
      const [parameters, done] = callback ? [values as unknown[], callback] : [[], values as Done];
      const pass = (): Promise<void> => this.pass({ sql, parameters }, send, done);
      const passing = last ? last.then(pass) : pass();
      const passed = passing.then(() => {
        if (last === passed) last = undefined;
      });
      last = passed;
    };
    connection.query = watched as PoolConnection['query'];
  }

  private async pass(original: Statement, send: Query, done: Done): Promise<void> {
    let statement: Statement | 'nothing' = original;
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

/** A promise, and the function that resolves it. */
function signal(): [Promise<void>, () => void] {
  let resolvePromise!: () => void;
  return [new Promise<void>((resolve) => (resolvePromise = resolve)), resolvePromise];
}

function matches(which: Which, statement: Statement): boolean {
  return which instanceof RegExp ? which.test(statement.sql) : which(statement);
}
