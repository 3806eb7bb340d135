import { setImmediate as soon } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Bulkhead } from './bulkhead.js';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Work that ends when it is told to, and a record of what has begun. */
class Works {
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
  test('runs only so much under one key at once, the rest in turn; another key does not wait', async () => {
    const [bulkhead, works] = [new Bulkhead(2), new Works()];
    const running = ['a', 'b', 'c', 'd'].map((name) => bulkhead.run('day 1', works.start(name)));
    void bulkhead.run('day 2', works.start('other'));
    await soon();
    expect(works.begun).toEqual(['a', 'b', 'other']);
    await works.end('b');
    expect(works.begun.at(-1)).toBe('c');
    await works.end('a');
    await works.end('c');
    await works.end('d');
    expect(await Promise.all(running)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('hands a place on also when the work fails', async () => {
    const [bulkhead, works] = [new Bulkhead(1), new Works()];
    const failing = bulkhead.run('k', () => Promise.reject(new Error('no')));
    const next = bulkhead.run('k', works.start('next'));
    await expect(failing).rejects.toThrow('no');
    await soon();
    await works.end('next');
    expect(await next).toBe('next');
  });

  test('turns away what would wait behind two hundred others', async () => {
    const [bulkhead, works] = [new Bulkhead(1), new Works()];
    const all = Array.from({ length: 202 }, (_, index) => bulkhead.run('k', works.start(String(index))));
    await expect(all[201]).rejects.toMatchObject({ code: 'BUSY' });
    for (let index = 0; index <= 200; index += 1) await works.end(String(index));
    expect(await Promise.all(all.slice(0, 201))).toHaveLength(201);
  });

  test('keeps nothing of a key when nobody uses it any longer', async () => {
    const bulkhead = new Bulkhead(1);
    await Promise.all([1, 2, 3].map(() => bulkhead.run('k', () => Promise.resolve())));
    expect((bulkhead as unknown as { compartments: Map<string, unknown> }).compartments.size).toBe(0);
  });
});
