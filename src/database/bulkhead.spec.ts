import { setImmediate as soon } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Bulkhead } from './bulkhead.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Work that the test ends, and a record of what has begun. */
class ManualWork {
  readonly begun: string[] = [];
  private readonly ends = new Map<string, () => void>();

  readonly start = (name: string) => (): Promise<string> => {
    this.begun.push(name);
    return new Promise((resolve) => this.ends.set(name, () => resolve(name)));
  };

  async end(name: string): Promise<void> {
    this.ends.get(name)!();
    await soon();
  }
}

describe('a bulkhead', () => {
  test('runs as much under one key as it has places and the rest in turn; another key does not wait', async () => {
    const [bulkhead, work] = [new Bulkhead(2), new ManualWork()];
    const running = ['a', 'b', 'c', 'd'].map((name) => bulkhead.run('day 1', work.start(name)));
    void bulkhead.run('day 2', work.start('other'));
    await soon();
    expect(work.begun).toEqual(['a', 'b', 'other']);
    await work.end('b');
    expect(work.begun.at(-1)).toBe('c');
    await work.end('a');
    await work.end('c');
    await work.end('d');
    expect(await Promise.all(running)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('passes a place on even if the work fails', async () => {
    const [bulkhead, work] = [new Bulkhead(1), new ManualWork()];
    const failing = bulkhead.run('k', () => Promise.reject(new Error('no')));
    const next = bulkhead.run('k', work.start('next'));
    await expect(failing).rejects.toThrow('no');
    await soon();
    await work.end('next');
    expect(await next).toBe('next');
  });

  test('rejects work that would wait behind two hundred others', async () => {
    const [bulkhead, work] = [new Bulkhead(1), new ManualWork()];
    const all = Array.from({ length: 202 }, (_, index) => bulkhead.run('k', work.start(String(index))));
    await expect(all[201]).rejects.toMatchObject({ code: 'BUSY' });
    for (let index = 0; index <= 200; index += 1) await work.end(String(index));
    expect(await Promise.all(all.slice(0, 201))).toHaveLength(201);
  });

  test('forgets a key that no work uses any longer', async () => {
    const bulkhead = new Bulkhead(1);
    await Promise.all([1, 2, 3].map(() => bulkhead.run('k', () => Promise.resolve())));
    expect((bulkhead as unknown as { compartments: Map<string, unknown> }).compartments.size).toBe(0);
  });
});
