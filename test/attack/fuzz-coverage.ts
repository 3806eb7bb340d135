import type { Document } from '../support/openapi.js';
import type { Finding } from './attack.js';
import type { FuzzedRequest } from './fuzz-requests.js';
import type { FuzzedAnswer } from './fuzz-verdict.js';

/** With fewer requests per operation, it may be chance that one never succeeded. */
const MIN_REQUESTS_PER_OPERATION = 400;
/** With fewer requests in total, it may be chance that a role never succeeded. */
const MIN_REQUESTS = 1_000;
const ROLES = ['user', 'doctor', 'staff', 'admin'] as const;

/** Counts what the fuzzer reached: the code behind an operation that always refused has not been tested. */
export class Coverage {
  private readonly succeeded = new Set<string>();
  private readonly authorized = new Set<FuzzedRequest['as']>();
  private successes = 0;
  private answers = 0;

  constructor(
    private readonly document: Document,
    private readonly reproduce: string,
  ) {}

  count({ operation, method, as }: FuzzedRequest, { status }: FuzzedAnswer): void {
    this.answers += 1;
    if (status >= 300 || method !== operation.method) return;
    this.successes += 1;
    this.succeeded.add(operation.name);
    if (operation.security.length > 0) this.authorized.add(as);
  }

  get summary(): string {
    const { missed } = this;
    const operations = missed.length === 0 ? 'all operations' : `all operations but ${missed.join(', ')}`;
    return `${this.successes} of ${this.answers} did what was asked, of ${operations}`;
  }

  get findings(): Finding[] {
    const { operations } = this.document;
    const missed = this.answers < MIN_REQUESTS_PER_OPERATION * operations.length ? [] : this.missed;
    const refused = this.answers < MIN_REQUESTS ? [] : ROLES.filter((as) => !this.authorized.has(as));
    return [
      ...missed.map((name) => `${name} never succeeded, so the code behind its refusals was not tested`),
      ...refused.map((as) => `no request as ${as} that needs a token ever succeeded`),
    ].map((what) => ({ what, reproduce: this.reproduce }));
  }

  private get missed(): string[] {
    return this.document.operations.map(({ name }) => name).filter((name) => !this.succeeded.has(name));
  }
}
