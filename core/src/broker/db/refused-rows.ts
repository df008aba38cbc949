import pg from 'pg'

/**
 * Classes 22 and 23: what a row holds does not fit. PostgreSQL repeats the value then, in its message and its detail,
 * and a value is a tenant's: neither a report nor a log may tell it.
 */
export function tellsValues(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^2[23]/.test(error.code ?? '')
}

/** Why PostgreSQL refused a text of a plugin; of rows only where they stand. */
export function reasonOf(error: pg.DatabaseError): string {
  if (!tellsValues(error)) return error.message
  const { code, table, column, constraint } = error
  const places = Object.entries({ table, column, constraint })
    .filter(([, name]) => name !== undefined)
    .map(([kind, name]) => `, ${kind} ${name}`)
  return `rows do not fit: SQLSTATE ${code}${places.join('')}`
}
