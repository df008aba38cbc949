/** Others may write between a read and a write; so often it is tried with what they left. */
const ATTEMPTS = 8

/** Runs a read and the write that holds only for what was read, again where somebody was quicker. */
export async function again<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= ATTEMPTS || !isRace(error)) throw error
    }
  }
}

/** Rows were not as they had been read, two waited for each other, or another row with the same key was quicker (23505). */
function isRace(error: unknown): boolean {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  if (code === 'CORE_SQL_ROWS_UNEXPECTED' || code === 'CORE_SQL_CONFLICT') return true
  return code === 'CORE_SQL_FAILED' && /23505|duplicate key/.test(String(message))
}
