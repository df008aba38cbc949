/** Others may write between a read and a write; so often it is tried with what they left. */
const ATTEMPTS = 5

/**
 * Runs a read and the write that holds only for what was read, again where somebody was quicker.
 * @param work throws what `isRace` knows when somebody was
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

/** Rows were not as they had been read, two waited for each other, or another row with the same key was quicker (23505). */
export function isRace(error: unknown): boolean {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown }
  if (isOutrun(error) || code === 'CORE_SQL_CONFLICT') return true
  return code === 'CORE_SQL_FAILED' && /23505|duplicate key/.test(String(message))
}

/** A statement met other rows than it said: what it was made from is not so any more. */
function isOutrun(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === 'CORE_SQL_ROWS_UNEXPECTED'
}
