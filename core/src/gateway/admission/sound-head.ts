import type { IncomingMessage } from 'node:http'
import { coreErrors } from '../../errors.ts'

/**
 * Headers that say who asks, for whom, or where the body ends. Two of one are read by one program as the first and by
 * another as the last: what a proxy let through, the host would take for something else.
 */
const single: ReadonlySet<string> = new Set([
  'authorization',
  'content-length',
  'content-type',
  'cookie',
  'host',
  'idempotency-key',
  'transfer-encoding',
  'x-api-key',
])

/**
 * Refuses a head that two readers could read in two ways (RFC 9112 §6.3, §11.2). Node's parser has refused before: both
 * Content-Length and Transfer-Encoding, two Content-Lengths, folded lines, blanks before a colon, bare line feeds.
 * @throws CORE_HEAD_AMBIGUOUS
 */
export function requireSoundHead({ rawHeaders, headers, httpVersionMinor }: IncomingMessage): void {
  // As many names as lines: none came twice, as nearly always.
  const twice =
    Object.keys(headers).length * 2 === rawHeaders.length ? undefined : doubled(rawHeaders)
  if (twice !== undefined) throw ambiguous(`${twice} is given twice`)
  if (headers.authorization !== undefined && headers['x-api-key'] !== undefined) {
    throw ambiguous('both authorization and x-api-key are given')
  }
  const coding = headers['transfer-encoding']
  if (coding === undefined) return
  // Another coding in front is one that some proxy does not know, and then does not see the end of the body.
  if (coding.toLowerCase() !== 'chunked') throw ambiguous('transfer-encoding is not just chunked')
  if (httpVersionMinor === 0) throw ambiguous('transfer-encoding is given in HTTP/1.0')
}

function doubled(rawHeaders: readonly string[]): string | undefined {
  const seen = new Set<string>()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase()
    if (!single.has(name)) continue
    if (seen.has(name)) return name
    seen.add(name)
  }
  return undefined
}

function ambiguous(reason: string) {
  return coreErrors.create('HEAD_AMBIGUOUS', { reason })
}
