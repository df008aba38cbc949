import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { MarketplaceOptions } from '../ports.ts'
import { codingOf } from './content-coding.ts'
import type { KnownRevisions } from './known-revisions.ts'
import { type PackageName, parsePackageName, parseVersion } from './package-name.ts'
import { PackumentService } from './packument-service.ts'
import { packumentForm } from './revision.ts'
import { TarballService } from './tarball-service.ts'

/**
 * A package in a path: `/quality-gate`, `/@acme%2fquality-gate` (as npm writes it) or `/@acme/quality-gate`
 * (as tarball URLs and people write it). A route that names a package is registered once for each pattern.
 */
export const packagePatterns = ['/:name', '/:scope/:name'] as const

export interface PackageParams {
  readonly scope?: string
  readonly name: string
}

export function packageOf({ scope, name }: PackageParams): PackageName {
  return parsePackageName(scope === undefined ? name : `${scope}/${name}`)
}

/** A version's bytes never change, so neither clients nor proxies need to ask again. */
const IMMUTABLE = 'public, max-age=31536000, immutable'

/** `npm view`, `npm install` and `npm ci`. */
export function packageRoutes(
  app: FastifyInstance,
  options: Pick<MarketplaceOptions, 'knex' | 'contents' | 'publicUrl'> & {
    readonly revisions: KnownRevisions
    /** Told of every tarball that is fetched. */
    onDownload(name: string, version: string): void
  },
): void {
  const packuments = new PackumentService(options)
  const tarballs = new TarballService(options)
  app.get<{ Params: { spec: string } }>('/-/npm/v1/attestations/:spec', async (request) => {
    const { spec } = request.params
    const at = spec.lastIndexOf('@')
    const version = parseVersion(spec.slice(at + 1))
    return packuments.attestations(parsePackageName(spec.slice(0, Math.max(at, 0))), version)
  })
  for (const pattern of packagePatterns) {
    app.get<{ Params: PackageParams }>(pattern, async (request, reply) => {
      const answer = await packuments.packument({
        name: packageOf(request.params),
        form: packumentForm(request.headers.accept),
        coding: codingOf(request.headers['accept-encoding']),
        baseUrl: options.publicUrl(request as FastifyRequest),
        ifNoneMatch: request.headers['if-none-match'],
      })
      reply
        .header('etag', answer.etag)
        .header('vary', 'accept, accept-encoding')
        .header('cache-control', 'no-cache')
      if (answer.kind === 'unchanged') return reply.code(304).send()
      if (answer.coding !== 'identity') reply.header('content-encoding', answer.coding)
      return reply.type('application/json; charset=utf-8').send(answer.body)
    })

    app.get<{ Params: PackageParams & { file: string } }>(
      `${pattern}/-/:file`,
      async (request, reply) => {
        const name = packageOf(request.params)
        const tarball = await tarballs.tarball(name, request.params.file)
        const { version, integrity, size, body } = tarball
        if (request.method === 'GET') options.onDownload(name.full, version)
        return reply
          .type('application/octet-stream')
          .header('etag', `"${integrity}"`)
          .header('cache-control', IMMUTABLE)
          .header('content-length', size)
          .header('x-content-type-options', 'nosniff')
          .send(body instanceof Buffer ? body : Readable.from(body))
      },
    )
  }
}
