import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { nameSchema, strictObject } from '../../gateway/http-schemas.ts'
import type { UserProofs } from '../access/user-proofs.ts'
import { ownOf } from '../me-routes.ts'
import type { SessionCookie } from '../sessions/session-cookie.ts'
import type { PasswordService } from '../sign-in/password-service.ts'
import { answered, fromOf, passwordSchema } from '../sign-in/sign-in-routes.ts'
import type { PasskeyService } from './passkey-service.ts'
import { listPasskeys } from './passkey-store.ts'

interface Ports {
  readonly knex: Knex
  readonly passkeys: PasskeyService
  readonly passwords: PasswordService
  readonly proofs: Pick<UserProofs, 'requireOwnPage'>
  readonly cookie: SessionCookie
}

const tags = ['me']
const write = { action: 'me.write' } as const
const bytes = (maxLength: number) =>
  ({ type: 'string', minLength: 1, maxLength, pattern: '^[A-Za-z0-9_-]+$' }) as const
const ofPasskey = strictObject({ passkey: { type: 'string', pattern: '^psk_[0-9a-f]{16}$' } }, [
  'passkey',
])

/** What a browser's `PublicKeyCredential.toJSON()` gives; what it will give one day beside it is no fault. */
const credential = (response: Readonly<Record<string, object>>, required: readonly string[]) => ({
  type: 'object',
  maxProperties: 20,
  required: ['id', 'rawId', 'type', 'response'],
  properties: {
    id: bytes(1400),
    rawId: bytes(1400),
    type: { const: 'public-key' },
    response: { type: 'object', maxProperties: 20, required, properties: response },
  },
})

const registrationSchema = credential(
  {
    clientDataJSON: bytes(8000),
    attestationObject: bytes(64_000),
    transports: {
      type: 'array',
      maxItems: 10,
      items: { type: 'string', maxLength: 30, pattern: '^[a-z-]+$' },
    },
  },
  ['clientDataJSON', 'attestationObject'],
)

const assertionSchema = credential(
  {
    clientDataJSON: bytes(8000),
    authenticatorData: bytes(8000),
    signature: bytes(8000),
    userHandle: bytes(100),
  },
  ['clientDataJSON', 'authenticatorData', 'signature'],
)

/** Passkeys: to sign in by, to show once more who one is, and one's own. */
export function passkeyRoutes(app: FastifyInstance, ports: Ports): void {
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store')
  })
  signInRoutes(app, ports)
  proofRoutes(app, ports)
  addRoutes(app, ports)
  ownRoutes(app, ports)
}

function signInRoutes(app: FastifyInstance, { passkeys, proofs, cookie }: Ports): void {
  const config = { action: 'sign_in.use' } as const
  const tags = ['sign-in']
  const onRequest = async (request: Parameters<typeof proofs.requireOwnPage>[0]) =>
    proofs.requireOwnPage(request)
  app.post(
    '/v1/sign-in/passkey::begin',
    {
      config,
      onRequest,
      schema: {
        tags,
        summary: 'What a passkey has to sign (WebAuthn), good once, for ten minutes',
      },
    },
    async (request) => passkeys.beginSignIn(fromOf(request)),
  )
  app.post<{ Body: { response: AuthenticationResponseJSON } }>(
    '/v1/sign-in/passkey',
    {
      config,
      onRequest,
      schema: {
        tags,
        summary: 'Sign in with a passkey, which is two factors in one',
        body: strictObject({ response: assertionSchema }, ['response']),
      },
    },
    async (request, reply) => {
      const result = await passkeys.signIn(request.body.response, fromOf(request))
      return answered({ kind: 'in', ...result }, reply, cookie)
    },
  )
}

function proofRoutes(app: FastifyInstance, { passkeys, passwords }: Ports): void {
  app.post(
    '/v1/me/proof::begin',
    { config: write, schema: { tags, summary: 'What one of my passkeys has to sign' } },
    async (request) => passkeys.beginProof(ownOf(request)),
  )
  app.post<{ Body: { password?: string; response?: AuthenticationResponseJSON } }>(
    '/v1/me/proof',
    {
      config: write,
      schema: {
        tags,
        summary: 'Show once more who I am, by password or passkey; it counts for five minutes',
        body: {
          ...strictObject({ password: passwordSchema, response: assertionSchema }, []),
          minProperties: 1,
          maxProperties: 1,
        },
      },
    },
    async (request, reply) => {
      const { password, response } = request.body
      const own = ownOf(request)
      if (response !== undefined) await passkeys.prove(own, response, fromOf(request))
      else {
        await passwords.requirePresent(own, password ?? '')
        await passkeys.proved(own)
      }
      return reply.code(204).send()
    },
  )
}

function addRoutes(app: FastifyInstance, { passkeys }: Ports): void {
  app.post(
    '/v1/me/passkeys::begin',
    {
      config: write,
      schema: { tags, summary: 'What an authenticator has to make a passkey of (WebAuthn)' },
    },
    async (request) => passkeys.beginNew(ownOf(request)),
  )
  app.post<{ Body: { name: string; response: RegistrationResponseJSON } }>(
    '/v1/me/passkeys',
    {
      config: write,
      schema: {
        tags,
        summary: 'Add the passkey that was made',
        body: strictObject({ name: nameSchema, response: registrationSchema }, [
          'name',
          'response',
        ]),
      },
    },
    async (request, reply) => {
      const { name, response } = request.body
      return reply.code(201).send(await passkeys.add(ownOf(request), name, response))
    },
  )
}

function ownRoutes(app: FastifyInstance, { knex, passkeys }: Ports): void {
  app.get(
    '/v1/me/passkeys',
    { config: write, schema: { tags, summary: 'My passkeys, newest first' } },
    async (request) => ({ items: await listPasskeys(knex, ownOf(request)) }),
  )
  app.patch<{ Params: { passkey: string }; Body: { name: string } }>(
    '/v1/me/passkeys/:passkey',
    {
      config: write,
      schema: {
        tags,
        summary: 'Give a passkey another name',
        params: ofPasskey,
        body: strictObject({ name: nameSchema }, ['name']),
      },
    },
    async (request) => passkeys.rename(ownOf(request), request.params.passkey, request.body.name),
  )
  app.delete<{ Params: { passkey: string } }>(
    '/v1/me/passkeys/:passkey',
    {
      config: write,
      schema: {
        tags,
        summary: 'Remove a passkey, unless it is the last way in; all my other sessions end',
        params: ofPasskey,
      },
    },
    async (request, reply) => {
      await passkeys.remove(ownOf(request), request.params.passkey)
      return reply.code(204).send()
    },
  )
}
