import { createHash } from 'node:crypto'
import { cachedDataVersionTag } from 'node:v8'
import { bundleScript } from '../lane/child/bundle-script.ts'
import { guestSource } from '../lane/child/guest/guest-source.ts'
import { guestV8Flags } from '../process/guest-process-flags.ts'

/**
 * Which compiler made some compiled code: V8, its flags and the machine's instructions, and what surrounds a
 * bundle when it is compiled. Code made under another tag is not asked for. (V8 would reject it; it tells
 * versions and flags apart, but not two sources of the same length.)
 */
export const compilerTag: string = createHash('sha256')
  .update(
    JSON.stringify([
      process.versions.v8,
      process.arch,
      cachedDataVersionTag(),
      guestV8Flags,
      bundleScript(''),
      guestSource(true),
    ]),
  )
  .digest('hex')
