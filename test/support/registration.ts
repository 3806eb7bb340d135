import { expect } from 'vitest';
import type { Clinic, Person } from './clinic.js';

/** Logs in over HTTP. */
export async function loggedIn({ client }: Clinic, email: string, password: string): Promise<Person> {
  const { body } = await client.post<{ token: string; user: { id: number } }>('/api/auth/login', {
    email,
    password,
  });
  return { id: body.user.id, email, password, token: body.token };
}

/** Registers an address, which stays unconfirmed, and logs in. */
export async function registered(clinic: Clinic, email: string, password: string): Promise<Person> {
  const { status } = await clinic.client.post('/api/auth/register', { email, password });
  expect(status).toBe(201);
  return loggedIn(clinic, email, password);
}
