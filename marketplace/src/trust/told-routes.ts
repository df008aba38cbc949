import { type AdvisoriesSnapshot, signAdvisories } from '@signalbox/sdk/trust/advisories-snapshot'
import { signIndex } from '@signalbox/sdk/trust/package-index'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { bulkForm } from '../advisories/advisory-routes.ts'
import { listOwnAdvisories } from '../advisories/advisory-store.ts'
import { marketplaceErrors } from '../errors.ts'
import { ensureFingerprint } from '../identity/identity-store.ts'
import { listDistTags } from '../packages/dist-tag-store.ts'
import { type PackageParams, packageOf, packagePatterns } from '../packages/package-routes.ts'
import type { MarketplaceOptions } from '../ports.ts'
import { listTold } from './told-store.ts'

type Ports = Pick<MarketplaceOptions, 'knex' | 'now' | 'randomBytes' | 'publicUrl' | 'registryKeys'>

/** In a snapshot: some hundred bytes each, in an envelope of at most 4 MiB. */
const MAX_ADVISORIES = 5000

/**
 * What other marketplaces mirror by, signed as it is asked for: an answer that is old, or says less than one before, was
 * not given by this marketplace.
 */
export function toldRoutes(app: FastifyInstance, ports: Ports): void {
  const { knex, now } = ports
  app.get('/-/signalbox/v1/advisories', async (request, reply) => {
    const { privateKey } = await signingKey(ports)
    const all = await listOwnAdvisories(knex, MAX_ADVISORIES)
    const form = bulkForm(ports.publicUrl(request as FastifyRequest).replace(/\/npm$/, ''))
    const grouped = Map.groupBy(all, (one) => one.package)
    const advisories: AdvisoriesSnapshot['advisories'] = Object.fromEntries(
      [...grouped].map(([name, ones]) => [name, ones.map(form)]),
    )
    const snapshot = { marketplace: await ownName(ports), at: now(), advisories }
    return sendStatement(reply, signAdvisories(snapshot, privateKey))
  })

  for (const pattern of packagePatterns) {
    app.get<{ Params: PackageParams }>(
      `/-/signalbox/v1/index${pattern}`,
      async (request, reply) => {
        const { full: name } = packageOf(request.params)
        const { privateKey } = await signingKey(ports)
        const marketplace = await ownName(ports)
        // Tags and versions of one moment: a tag that leads to a version that is not told of would lead nowhere.
        const { versions, distTags } = await knex.transaction(
          async (trx) => ({
            versions: await listTold(trx, name),
            distTags: await listDistTags(trx, name),
          }),
          { isolationLevel: 'repeatable read', readOnly: true },
        )
        if (versions.length === 0) {
          throw marketplaceErrors.create('PACKAGE_NOT_FOUND', { package: name })
        }
        const told = versions.map(({ version, publishedAt, keyRevokedAt, ...rest }) => {
          const revoked = keyRevokedAt === null ? {} : { keyRevokedAt: keyRevokedAt.getTime() }
          return [version, { ...rest, publishedAt: publishedAt.getTime(), ...revoked }] as const
        })
        const index = { marketplace, name, at: now(), distTags, versions: new Map(told) }
        return sendStatement(reply, signIndex(index, privateKey))
      },
    )
  }
}

/** @throws `MKT_UNSIGNED` on a host that has no key */
async function signingKey({ registryKeys }: Ports) {
  if (registryKeys === undefined) throw marketplaceErrors.create('UNSIGNED')
  return registryKeys.current()
}

function ownName({ knex, randomBytes, now }: Ports): Promise<string> {
  return knex.transaction((trx) => ensureFingerprint(trx, randomBytes, new Date(now())))
}

function sendStatement(reply: FastifyReply, statement: string): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(statement)
}
