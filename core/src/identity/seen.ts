import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { coreErrors } from '../errors.ts'
import { isMatched } from '../gateway/if-match.ts'
import { canonicalJson } from '../sealing/canonical-json.ts'

/** 128 bits of a hash: nobody gains by two things with one tag. */
const TAG_BYTES = 16

/** Of what is shown of a thing: the same content is the same tag, whoever came back to it. A strong ETag, with its quotes. */
function tagOf(thing: object): string {
  const digest = createHash('sha256').update(canonicalJson(thing)).digest()
  return `"${digest.subarray(0, TAG_BYTES).toString('base64url')}"`
}

/** Shows a thing with the tag that a change of it may send back. */
export function tagged<Thing extends object>(reply: FastifyReply, thing: Thing): Thing {
  reply.header('etag', tagOf(thing))
  return thing
}

/**
 * In the transaction of the change, with the thing locked.
 * @param seen `If-Match`, as it came; undefined: whichever comes last wins
 * @param thing undefined: there is none
 * @throws CORE_CHANGED_MEANWHILE
 */
export function requireSeen(seen: string | undefined, thing: object | undefined): void {
  if (seen === undefined || isMatched(seen, thing && tagOf(thing))) return
  throw coreErrors.create('CHANGED_MEANWHILE')
}
