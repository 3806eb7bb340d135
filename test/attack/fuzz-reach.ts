import type { Document } from '../support/openapi.js';
import type { Finding } from './attack.js';
import type { FuzzedRequest } from './fuzz-requests.js';
import type { FuzzedAnswer } from './fuzz-verdict.js';

/** With fewer for each operation it may be chance that one never succeeded. */
const ENOUGH_EACH = 400;
/** With fewer in all it may be chance that somebody was never let in. */
const ENOUGH_IN_ALL = 1_000;
const CALLERS = ['user', 'doctor', 'admin'] as const;

/** How far the fuzzer came: what it was always refused has not been shown to be sound. */
export class Reach {
  private readonly done = new Set<string>();
  private readonly letIn = new Set<FuzzedRequest['as']>();
  private successes = 0;
  private answers = 0;

  constructor(
    private readonly document: Document,
    private readonly repeat: string,
  ) {}

  count({ operation, method, as }: FuzzedRequest, { status }: FuzzedAnswer): void {
    this.answers += 1;
    if (status >= 300 || method !== operation.method) return;
    this.successes += 1;
    this.done.add(operation.name);
    if (operation.security) this.letIn.add(as);
  }

  get summary(): string {
    const { missed } = this;
    const of = missed.length === 0 ? 'all operations' : `all operations but ${missed.join(', ')}`;
    return `${this.successes} of ${this.answers} did what was asked, of ${of}`;
  }

  get findings(): Finding[] {
    const { operations } = this.document;
    const missed = this.answers < ENOUGH_EACH * operations.length ? [] : this.missed;
    const refused = this.answers < ENOUGH_IN_ALL ? [] : CALLERS.filter((as) => !this.letIn.has(as));
    return [
      ...missed.map((name) => `${name} never did what was asked: nothing behind its refusals was tried`),
      ...refused.map((as) => `as ${as} nothing was ever done that needs a token`),
    ].map((what) => ({ what, repeat: this.repeat }));
  }

  private get missed(): string[] {
    return this.document.operations.map(({ name }) => name).filter((name) => !this.done.has(name));
  }
}
