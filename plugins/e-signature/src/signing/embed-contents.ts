import { sha1 } from '@noble/hashes/legacy.js'
import { Refusal } from '@signalbox/sdk'
import { latin1 } from '../pdf/bytes.ts'
import { hexOf } from '../pdf/syntax.ts'
import type { EmbeddedContents } from './signing-plan.ts'

/** Puts a CMS or a time stamp into its gap, with zeros after it. @throws CONTENTS_TOO_LARGE */
export function embedContents(gap: Uint8Array, cms: Uint8Array): EmbeddedContents {
  const room = (gap.length - 2) / 2
  if (cms.length > room) {
    const said = `The signature has ${cms.length} bytes, and there is room for ${room}`
    throw new Refusal('CONTENTS_TOO_LARGE', `${said}: leave more.`)
  }
  const value = new Uint8Array(room)
  value.set(cms)
  const zeros = '0'.repeat(2 * (room - cms.length))
  return { contents: latin1(`<${hexOf(cms)}${zeros}>`), vriKey: vriKeyOf(value) }
}

/** SHA-1 of the contents as they stand in the file, zeros and all (ISO 32000-2, 12.8.4.4): a name, not a protection. */
function vriKeyOf(value: Uint8Array): string {
  return hexOf(sha1(value)).toUpperCase()
}
