export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}

/** Whether somebody else was at the same rows, so that the same again may succeed. */
export function isMeeting(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'CORE_SQL_ROWS_UNEXPECTED' || code === 'CORE_SQL_CONFLICT'
}
