import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import { strictObject } from '../gateway/http-schemas.ts'
import { heldActions, permissionReach } from './authorise.ts'
import type { OperatorSessions } from './operator/operator-sessions.ts'
import type { PasskeyService } from './passkeys/passkey-service.ts'
import type { UserPrincipal } from './principal.ts'
import type { SessionCookie } from './sessions/session-cookie.ts'
import type { PasswordService } from './sign-in/password-service.ts'
import { countRecoveryCodes } from './sign-in/password-store.ts'
import type { SecondFactorService } from './sign-in/second-factor-service.ts'
import { codeSchema, passwordSchema } from './sign-in/sign-in-routes.ts'
import type { LogoutService } from './sso/logout-service.ts'
import { findTenant } from './tenant-store.ts'
import { requireUser } from './users/user-service.ts'

interface Ports {
  readonly knex: Knex
  readonly passwords: PasswordService
  readonly secondFactor: SecondFactorService
  readonly passkeys: PasskeyService
  readonly operators: Pick<OperatorSessions, 'end'>
  readonly cookie: SessionCookie
  readonly logouts: LogoutService
}

const tags = ['me']
const write = { action: 'me.write' } as const
/** Who has no password, or has just shown who he is, leaves it out. */
const withPassword = strictObject({ password: passwordSchema }, [])

/** What a user sees and changes of himself. What decides who may come in wants the password once more, or that he has just shown who he is. */
export function meRoutes(app: FastifyInstance, ports: Ports): void {
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })
  readRoute(app, ports)
  passwordRoute(app, ports)
  totpRoutes(app, ports)
  recoveryRoutes(app, ports)
  signOutRoute(app, ports)
}

function readRoute(app: FastifyInstance, { knex, secondFactor }: Ports): void {
  app.get(
    '/v1/me',
    {
      config: { action: 'me.read' },
      schema: { tags, summary: 'Who I am, what I may do, and what my forms have to repeat' },
    },
    async (request) => {
      const { principal, csrf } = request
      if (principal.kind === 'operator') {
        return {
          kind: 'operator',
          actions: heldActions(principal).actions,
          ...shownSession(principal.session, csrf),
        }
      }
      const me = userOf(request)
      const { tenant, user } = me
      const roles = me.grants.map(({ role, units }) => ({
        role,
        units: units === null ? null : [...units].sort(),
      }))
      return {
        ...(await requireUser(knex, tenant, user)),
        kind: 'user',
        // In which his pages show times; null: in his browser's own.
        timeZone: (await findTenant(knex, tenant))?.timeZone ?? null,
        isService: me.isService,
        roles,
        ...heldActions(me),
        ...shownPermissions(me),
        secondFactor: await secondFactor.isInForce(me),
        recoveryCodesLeft: await countRecoveryCodes(knex, me),
        ...shownSession(me.proof, csrf),
      }
    },
  )
}

/** What is not a session has nothing to repeat. */
function shownSession(session: string | undefined, csrfToken: string | undefined) {
  return csrfToken === undefined ? {} : { session, csrfToken }
}

function passwordRoute(app: FastifyInstance, { passwords, cookie }: Ports): void {
  app.post<{ Body: { present: string; password: string } }>(
    '/v1/me/password',
    {
      config: write,
      schema: {
        tags,
        summary: 'Change my password; all my other sessions end',
        body: strictObject({ present: passwordSchema, password: passwordSchema }, [
          'present',
          'password',
        ]),
      },
    },
    async (request, reply) => {
      const { present, password } = request.body
      const secret = await passwords.change(ownOf(request), present, password)
      return reply.header('set-cookie', cookie.write(secret)).code(204).send()
    },
  )
}

function totpRoutes(app: FastifyInstance, ports: Ports): void {
  const { secondFactor, cookie, knex } = ports
  app.post<{ Body: { password?: string } }>(
    '/v1/me/totp',
    {
      config: write,
      schema: { tags, summary: 'Begin with an authenticator app', body: withPassword },
    },
    async (request) => {
      const own = ownOf(request)
      await requireProof(ports, own, request.body.password)
      return secondFactor.begin(own, (await requireUser(knex, own.tenant, own.user)).login)
    },
  )
  app.post<{ Body: { code: string } }>(
    '/v1/me/totp::confirm',
    {
      config: write,
      schema: {
        tags,
        summary:
          'The first code of the app: from now on one is asked for; answers recovery codes, shown this once',
        body: strictObject({ code: codeSchema }, ['code']),
      },
    },
    async (request, reply) => {
      const { codes, secret } = await secondFactor.confirm(ownOf(request), request.body.code)
      reply.header('set-cookie', cookie.write(secret))
      return { recoveryCodes: codes }
    },
  )
  app.post<{ Body: { password?: string } }>(
    '/v1/me/totp::remove',
    { config: write, schema: { tags, summary: 'Do without a second factor', body: withPassword } },
    async (request, reply) => {
      const own = ownOf(request)
      await requireProof(ports, own, request.body.password)
      await secondFactor.remove(own)
      return reply.code(204).send()
    },
  )
}

function recoveryRoutes(app: FastifyInstance, ports: Ports): void {
  const { secondFactor } = ports
  app.post<{ Body: { password?: string } }>(
    '/v1/me/recovery-codes',
    {
      config: write,
      schema: {
        tags,
        summary: 'New recovery codes, shown this once; the old ones are worth nothing',
        body: withPassword,
      },
    },
    async (request) => {
      const own = ownOf(request)
      await requireProof(ports, own, request.body.password)
      return { recoveryCodes: await secondFactor.renewCodes(own) }
    },
  )
}

function signOutRoute(app: FastifyInstance, { logouts, operators, cookie }: Ports): void {
  app.post(
    '/v1/me/sign-out',
    {
      config: { action: 'session.sign_out' },
      schema: {
        tags,
        summary: 'Sign out here; answers where to sign out of the provider that I came by, if any',
      },
    },
    async (request, reply) => {
      const { principal, trace } = request
      const operator = principal.kind === 'operator' ? principal.session : undefined
      const url = operator === undefined ? await logouts.signOut(ownOf(request)) : null
      if (operator !== undefined) await operators.end(operator, trace.traceId)
      reply.header('set-cookie', cookie.clear())
      return { url }
    },
  )
}

/** Those of the whole tenant, and in which units others. */
function shownPermissions(me: UserPrincipal) {
  const held = [...permissionReach(me)].sort(([one], [other]) => (one < other ? -1 : 1))
  return {
    permissions: held.flatMap(([id, reach]) => (reach === 'tenant' ? [id] : [])),
    permissionsInUnits: held.flatMap(([id, reach]) =>
      reach === 'tenant' ? [] : [{ permission: id, units: [...reach].sort() }],
    ),
  }
}

/** @throws CORE_AUTHENTICATION_REQUIRED: the table lets nobody else here, and no type says so */
export function userOf({ principal }: FastifyRequest): UserPrincipal {
  if (principal.kind === 'user') return principal
  throw coreErrors.create('AUTHENTICATION_REQUIRED')
}

/** @throws CORE_PASSWORD_WRONG, CORE_PROOF_REQUIRED */
async function requireProof(
  { passwords, passkeys }: Ports,
  own: ReturnType<typeof ownOf>,
  password: string | undefined,
): Promise<void> {
  if (password === undefined) await passkeys.requireProof(own)
  else await passwords.requirePresent(own, password)
}

/** Of the session that asks. */
export function ownOf(request: FastifyRequest) {
  const { tenant, user, proof } = userOf(request)
  const { traceId } = request.trace
  return { tenant, user, session: proof, traceId, address: request.ip }
}
