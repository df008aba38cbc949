import { unitNumber } from './kind-of-key.ts'
import { writtenKey } from './written-key.ts'

/** The number that a handling unit is known by, however it is written: a URN, a Digital Link, digits with (00) or 00 before them. */
export function unitOf(text: string): string {
  const written = text.replace(/\s+/g, '')
  const labelled = /^00([0-9]{18})$/.exec(written)?.[1]
  return labelled ?? unitNumber(writtenKey(written)) ?? written.toUpperCase()
}
