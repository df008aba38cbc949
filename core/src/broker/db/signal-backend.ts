import type pg from 'pg'

/** Ends a statement or its session from outside. When even this fails the server is away, and they with it. */
export async function signalBackend(
  pool: pg.Pool,
  call: 'pg_cancel_backend' | 'pg_terminate_backend',
  processId: number,
): Promise<void> {
  await pool.query(`SELECT ${call}($1)`, [processId]).catch(() => undefined)
}
