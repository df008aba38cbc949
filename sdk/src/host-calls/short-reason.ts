/** A guest's message in an error is for logs: long enough to recognise, too short to carry data out. */
const MAX_REASON_LENGTH = 200

/** What a plugin threw, in one line. */
export function shortReason(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > MAX_REASON_LENGTH ? `${line.slice(0, MAX_REASON_LENGTH)}…` : line
}
