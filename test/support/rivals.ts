import { Clinic } from './clinic.js';
import { eventually } from './eventually.js';
import { Statements } from './statements.js';

/** What came of two requests of which one overtook the other. */
export interface Overtaking<Slow, Fast> {
  readonly slow: Slow;
  readonly fast: Fast;
  /** Whether the fast one had to wait for the slow one. */
  readonly waited: boolean;
}

/** Two API processes' worth of app over one database, whose statements a test can order as it likes. */
export class Rivals {
  private constructor(
    readonly clinic: Clinic,
    readonly other: Clinic,
    readonly statements: readonly [Statements, Statements],
  ) {}

  /** @param env settings of the two apps that matter to the test */
  static async open(env: NodeJS.ProcessEnv = {}): Promise<Rivals> {
    const clinic = await Clinic.open({ env });
    const other = await Clinic.over(clinic.environment, clinic.clock);
    return new Rivals(clinic, other, [Statements.of(clinic.dataSource), Statements.of(other.dataSource)]);
  }

  async close(): Promise<void> {
    await this.other.app.close();
    await this.clinic.close();
  }

  reset(): void {
    this.statements.forEach((statements) => statements.reset());
  }

  /** Never sends such statements, from either app. */
  leaveOut(which: RegExp): void {
    this.statements.forEach((statements) => statements.leaveOut(which));
  }

  /** The numbers of the errors that the database gave to either app. */
  get errors(): number[] {
    return this.statements.flatMap(({ sent }) => sent.flatMap(({ errno }) => errno ?? []));
  }

  /**
   * Lets the first app come as far as its statement `at` and stop there, then lets the second run until it is done or
   * has to wait for a lock, and only then lets the first go on.
   *
   * @param meanwhile what happens while the second waits
   */
  async overtake<Slow, Fast>(
    at: Parameters<Statements['hold']>[0],
    slow: (clinic: Clinic) => Promise<Slow>,
    fast: (clinic: Clinic) => Promise<Fast>,
    meanwhile: () => void = () => undefined,
  ): Promise<Overtaking<Slow, Fast>> {
    const [slowOnes, fastOnes] = this.statements;
    const held = slowOnes.hold(at);
    const slowRun = slow(this.clinic);
    await Promise.race([
      held.reached,
      slowRun.then((answer) => {
        throw new Error(`it was done before it came to ${String(at)}: ${JSON.stringify(answer)}`);
      }),
    ]);
    let done = false;
    const fastRun = fast(this.other).finally(() => (done = true));
    const how = await eventually('the second is done, or waits for the first', async () =>
      done ? 'done' : (await fastOnes.waitsForLock()) && 'waits',
    )
      .then((outcome) => {
        if (outcome === 'waits') meanwhile();
        return outcome;
      })
      .finally(() => held.release());
    return { slow: await slowRun, fast: await fastRun, waited: how === 'waits' };
  }
}
