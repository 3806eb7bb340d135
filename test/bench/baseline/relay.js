/**
 * The baseline of the worker: a bare BullMQ worker that passes rendered emails to a nodemailer pool. Before each, it
 * counts the emails of the address within a day, with one statement.
 */
import { createHmac } from 'node:crypto';
import { Worker } from 'bullmq';
import mysql from 'mysql2/promise';
import { createTransport } from 'nodemailer';

const {
  DATABASE_URL = '',
  REDIS_URL = '',
  SMTP_URL = '',
  MAIL_CONCURRENCY = '5',
  JWT_SECRET = '',
} = process.env;
const { MAIL_BUDGET_PER_DAY = '20' } = process.env;
const [redis, smtp] = [new URL(REDIS_URL), new URL(SMTP_URL)];
const concurrency = Number(MAIL_CONCURRENCY);
const pool = mysql.createPool({ uri: DATABASE_URL, connectionLimit: concurrency, timezone: 'Z' });
pool.pool.on('connection', (connection) => {
  connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
});
const transport = createTransport({
  host: smtp.hostname,
  port: Number(smtp.port),
  pool: true,
  maxConnections: concurrency,
});

const COUNT_EMAIL = `INSERT INTO address_mails (address_hash, ordinal, notification_id, kind, mailed_at)
  SELECT ?, COALESCE(MAX(ordinal), 0) + 1, ?, 'booked', ? FROM address_mails
  WHERE address_hash = ? HAVING COALESCE(SUM(mailed_at > ?), 0) < ?`;

/** @typedef {import('nodemailer').SendMailOptions & { id: number, to: { name: string, address: string } }} Email */

new Worker(
  'baseline',
  async (job) => {
    /** @type {Email} */
    const { id, ...mail } = /** @type {{ data: Email }} */ (job).data;
    if (await isWithinBudget(id, mail.to.address)) await transport.sendMail(mail);
  },
  {
    connection: { host: redis.hostname, port: Number(redis.port), maxRetriesPerRequest: null },
    concurrency,
    removeOnComplete: { count: 1000 },
  },
);

/** @param {number} id @param {string} address */
async function isWithinBudget(id, address) {
  const hash = createHmac('sha256', JWT_SECRET).update(address).digest('base64url');
  const now = Date.now();
  const yesterday = new Date(now - 24 * 3_600_000);
  const values = [hash, id, new Date(now), hash, yesterday, Number(MAIL_BUDGET_PER_DAY)];
  const [done] = await pool.execute(COUNT_EMAIL, values);
  return /** @type {{ affectedRows: number }} */ (done).affectedRows === 1;
}
