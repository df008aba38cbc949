import type { FastifyInstance } from 'fastify'
import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import { type PackageParams, packageOf, packagePatterns } from '../packages/package-routes.ts'
import { findReleased } from '../packages/package-store.ts'
import type { RegistryKeys } from './registry-keys.ts'

interface Ports {
  readonly knex: Knex
  readonly registryKeys?: RegistryKeys
}

/** What anybody needs to verify a version, as npm asks for it and beyond. */
export function registryTrustRoutes(app: FastifyInstance, ports: Ports): void {
  const { knex, registryKeys } = ports
  app.get('/-/npm/v1/keys', async () => {
    const keys = (await registryKeys?.trusted()) ?? []
    return {
      keys: keys.map(({ keyid, publicKey, retiredAt }) => ({
        expires: retiredAt?.toISOString() ?? null,
        keyid,
        keytype: 'ecdsa-sha2-nistp256',
        scheme: 'ecdsa-sha2-nistp256',
        key: publicKey,
      })),
    }
  })

  app.get('/-/signalbox/v1/keys', async () => {
    const keys = (await registryKeys?.trusted()) ?? []
    return { keys: keys.map(({ publicKey, endorsement }) => ({ publicKey, endorsement })) }
  })

  for (const pattern of packagePatterns) {
    app.get<{ Params: PackageParams & { version: string } }>(
      `/-/signalbox/v1/releases${pattern}/:version`,
      async (request) => {
        const name = packageOf(request.params)
        const { version } = request.params
        const found = await findReleased(knex, name.full, version)
        if (found === undefined) {
          throw marketplaceErrors.create('PACKAGE_NOT_FOUND', {
            package: `${name.full}@${version}`,
          })
        }
        const { signature, signatureKey, release } = found
        if (signature === null || signatureKey === null || release === null) {
          throw marketplaceErrors.create('UNSIGNED')
        }
        const { provenance } = found
        return { signature: { keyid: signatureKey, sig: signature }, release, provenance }
      },
    )
  }
}
