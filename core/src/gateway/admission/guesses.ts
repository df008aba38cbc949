import { CodedError } from '@signalbox/sdk/errors'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Authenticator, secretOf } from '../../identity/authenticate.ts'
import { isApiToken } from '../../identity/tokens/api-token.ts'
import type { FailedAuthentications } from './failed-authentications.ts'

/** Refusals that say that a secret was wrong, of routes that ask for it themselves: npm's face and signing in. */
const wrongSecret: ReadonlySet<string> = new Set([
  'CORE_SIGN_IN_REFUSED',
  'CORE_OPERATOR_TOKEN_REFUSED',
  // Where only the provider lets people in: of right and of wrong passwords alike.
  'CORE_SSO_ONLY',
  'CORE_CODE_REFUSED',
  'CORE_TICKET_INVALID',
  'CORE_PASSKEY_REFUSED',
  'MKT_LOGIN_REFUSED',
  'MKT_TOKEN_INVALID',
])

/**
 * Counts wrong secrets of a scope's routes together with all others of their address, and holds back what may be the next.
 * @param mayBeGuess by its head: whether it brings a secret that is looked up or hashed
 */
export function countGuesses(
  scope: FastifyInstance,
  failures: FailedAuthentications,
  mayBeGuess: (request: FastifyRequest) => boolean,
): void {
  scope.addHook('onRequest', (request, _reply, done) => {
    if (mayBeGuess(request)) failures.requireOpen(request.ip)
    done()
  })
  scope.addHook('onError', (request, _reply, error, done) => {
    // What it would refuse with is told to the next: this one was looked at, and is told that it was wrong.
    const isWrong = error instanceof CodedError && wrongSecret.has(error.code)
    if (isWrong && mayBeGuess(request)) failures.note(request.ip)
    done()
  })
}

/** Its page is shown to everybody. */
export function isSignIn({ method, routeOptions }: FastifyRequest): boolean {
  return method === 'POST' && routeOptions.config.action === 'sign_in.use'
}

/** Of npm's face: what may be meant for a publisher's token, or a password. Whoever only reads brings neither. */
export function mayBeLogIn(
  authenticator: Pick<Authenticator, 'isLookedUp'>,
): (request: FastifyRequest) => boolean {
  return ({ headers, method, url }) => {
    const secret = secretOf(headers)
    if (secret === undefined) return bringsPassword(method, url)
    // An admin's or a user's token is one in the wrong place; by its shape alone it is refused there.
    const isOthers = secret.startsWith('sba_') || isApiToken(secret)
    return !isOthers && authenticator.isLookedUp(secret)
  }
}

/** Both ways in: npm asks for name and password itself, or a page does. */
function bringsPassword(method: string, url: string): boolean {
  if (method === 'POST') return url.startsWith('/npm/-/v1/login/confirm')
  return method === 'PUT' && url.startsWith('/npm/-/user/')
}
