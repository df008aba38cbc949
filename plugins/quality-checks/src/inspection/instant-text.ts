/** An instant, however it is written, as all answers write it. */
export function instantText(instant: string): string {
  return new Date(instant).toISOString()
}
