/**
 * What a field of a date and a time says, which is of the browser's own time zone, as the host takes it. Pure.
 * @returns undefined for what is empty or no time
 */
export function instantOfField(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}
