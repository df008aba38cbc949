/** Others may write between a read and a write; so often it is tried with what they left. */
const ATTEMPTS = 5

/**
 * Runs a read and the write that holds only for what was read, again where somebody was quicker.
 * @param work throws CORE_SQL_ROWS_UNEXPECTED, CORE_SQL_CONFLICT or a unique violation when somebody was
 */
export async function again<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= ATTEMPTS || !isRace(error)) throw error
    }
  }
}

function isRace(error: unknown): boolean {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  if (code === 'CORE_SQL_ROWS_UNEXPECTED' || code === 'CORE_SQL_CONFLICT') return true
  // 23505: another row with the same key was quicker.
  return code === 'CORE_SQL_FAILED' && /23505|duplicate key/.test(String(message))
}
