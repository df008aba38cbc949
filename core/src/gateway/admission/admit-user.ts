import type { FastifyReply } from 'fastify'
import { coreErrors } from '../../errors.ts'
import type { UserProofs } from '../../identity/access/user-proofs.ts'
import { isAuthorised } from '../../identity/authorise.ts'
import { actorOf } from '../../identity/principal.ts'
import type { CallRequest } from '../call.ts'
import { pageOrigin } from '../cors/page-origin.ts'
import type { Limits } from '../limits/open-limits.ts'
import type { FailedAuthentications } from './failed-authentications.ts'
import { takeBurst } from './take-burst.ts'

export interface UserAdmissionPorts {
  readonly users: Pick<UserProofs, 'byToken' | 'byCookie'>
  readonly limits: Limits
  readonly failures: FailedAuthentications
  /** Under which browsers reach the host. */
  readonly ownOrigin: string
}

/** A person clicks, and a program of his may hurry; whoever needs more makes an app of it. */
const people = { plan: 'user', limit: { ratePerS: 20, burst: 100 } } as const

/**
 * Of whoever is no app: it may have to be read who he is. Whether he may call this very operation is asked when it is
 * known what it requires: see mayCallOperation.
 */
export async function admitUser(
  { users, limits, failures, ownOrigin }: UserAdmissionPorts,
  request: CallRequest,
  reply: FastifyReply,
  secret: string | undefined,
): Promise<void> {
  if (secret !== undefined) failures.requireOpen(request.ip)
  const cookie = secret === undefined ? await users.byCookie(request) : undefined
  const access = secret === undefined ? cookie?.access : await users.byToken(secret)
  if (access === undefined) {
    throw secret === undefined
      ? coreErrors.create('AUTHENTICATION_REQUIRED')
      : failures.note(request.ip)
  }
  const { principal } = access
  if (request.call !== undefined) request.call.principal = principal
  // Apps list their pages; a user's tokens and sessions are for no other's.
  const origin = pageOrigin(request.headers, ownOrigin)
  if (origin !== undefined) throw coreErrors.create('ORIGIN_NOT_ALLOWED', { origin, app: '-' })
  if (cookie?.setCookie !== undefined) reply.header('set-cookie', cookie.setCookie)
  if (!isAuthorised(principal, 'service.call', {})) {
    const parameters = { principal: actorOf(principal), action: 'service.call' }
    throw coreErrors.create('FORBIDDEN', parameters)
  }
  await takeBurst(limits, `user ${principal.tenant} ${principal.user}`, people, reply)
}
