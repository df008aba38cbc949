import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { CodedError } from '@signalbox/sdk/errors'
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
 * Connections that brought such a head. Where the next request on them begins is what two readers disagree on: what comes
 * behind it, Node's parser may have read already, is part of the first to one of them.
 */
const broken = new WeakSet<Socket>()

/**
 * What a head is refused by that two readers could read in two ways (RFC 9112 §6.3, §11.2), and all that follows on its
 * connection. Node's parser has refused before: both Content-Length and Transfer-Encoding, two Content-Lengths, folded
 * lines, blanks before a colon, bare line feeds.
 * @returns CORE_HEAD_AMBIGUOUS, whose answer has to close the connection; undefined: it is sound
 */
export function headRefusal(request: IncomingMessage): CodedError | undefined {
  const { socket } = request
  const reason = broken.has(socket) ? 'it follows one that could be' : faultOf(request)
  if (reason === undefined) return undefined
  broken.add(socket)
  return coreErrors.create('HEAD_AMBIGUOUS', { reason })
}

/** All that follows on the connection is refused, since nobody has looked at this head. */
export function distrust({ socket }: IncomingMessage): void {
  broken.add(socket)
}

function faultOf({ rawHeaders, headers, httpVersionMinor }: IncomingMessage): string | undefined {
  // As many names as lines: none came twice, as nearly always.
  const twice =
    Object.keys(headers).length * 2 === rawHeaders.length ? undefined : doubled(rawHeaders)
  if (twice !== undefined) return `${twice} is given twice`
  if (headers.authorization !== undefined && headers['x-api-key'] !== undefined) {
    return 'both authorization and x-api-key are given'
  }
  const coding = headers['transfer-encoding']
  if (coding === undefined) return undefined
  // Another coding in front is one that some proxy does not know, and then does not see the end of the body.
  if (coding.toLowerCase() !== 'chunked') return 'transfer-encoding is not just chunked'
  return httpVersionMinor === 0 ? 'transfer-encoding is given in HTTP/1.0' : undefined
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
