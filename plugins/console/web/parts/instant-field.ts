/**
 * What a field of a date and a time says, which is of the browser's own time zone, as the host takes it. Pure.
 * @returns undefined for what is empty or no time
 */
export function instantOfField(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}

/** The same the other way: an instant as a field of a date and a time has it, to the minute. Pure. */
export function fieldOfInstant(iso: string): string {
  const at = new Date(iso)
  const two = (part: number) => String(part).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`
}
