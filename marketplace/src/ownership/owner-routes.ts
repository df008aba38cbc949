import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify'
import { marketplaceErrors } from '../errors.ts'
import { type PackageParams, packageOf, packagePatterns } from '../packages/package-routes.ts'
import type { OwnerService } from './owner-service.ts'

const USER = 'org.couchdb.user:'

/** `npm access`, and what `npm owner` asks before it changes anything. */
export function ownerRoutes(
  app: FastifyInstance,
  owners: OwnerService,
  authenticate: onRequestAsyncHookHandler,
): void {
  const known = { onRequest: authenticate }
  app.get<{ Params: { user: string } }>('/-/user/:user', known, async (request) => {
    const { user } = request.params
    const name = user.startsWith(USER) ? user.slice(USER.length) : user
    await owners.requirePublisher(name)
    return { _id: `${USER}${name}`, name, email: '' }
  })
  app.get<{ Params: { user: string } }>('/-/user/:user/package', known, async (request) =>
    allWritable(await owners.packagesOf(request.params.user)),
  )
  for (const pattern of packagePatterns) {
    const at = `/-/package${pattern}`
    app.get<{ Params: PackageParams }>(`${at}/visibility`, known, async (request) => {
      await owners.list(packageOf(request.params))
      return { public: true }
    })
    app.get<{ Params: PackageParams }>(`${at}/collaborators`, known, async (request) =>
      allWritable(await owners.list(packageOf(request.params))),
    )
    app.post<{ Params: PackageParams; Body: Access }>(
      `${at}/access`,
      { ...known, schema: { body: accessSchema } },
      async (request, reply) => {
        await owners.list(packageOf(request.params))
        const { access, publish_requires_tfa: wantsFactor } = request.body
        if (access === 'restricted') throw marketplaceErrors.create('ACCESS_FIXED')
        if (wantsFactor === true) throw noSecondFactor()
        return reply.code(204).send()
      },
    )
  }
}

interface Access {
  readonly access?: 'public' | 'restricted'
  readonly publish_requires_tfa?: boolean
  readonly automation_token_overrides_tfa?: boolean
}

const accessSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    access: { enum: ['public', 'restricted'] },
    publish_requires_tfa: { type: 'boolean' },
    automation_token_overrides_tfa: { type: 'boolean' },
  },
} as const

function allWritable(names: readonly string[]): Readonly<Record<string, 'write'>> {
  return Object.fromEntries(names.map((name) => [name, 'write']))
}

/** Taken and left out, it would be relied on. */
function noSecondFactor(): Error {
  const detail = 'publishing asks for no second factor here'
  const faults = [{ pointer: '/publish_requires_tfa', detail }]
  return marketplaceErrors.create('INPUT_INVALID', {}, { faults })
}
