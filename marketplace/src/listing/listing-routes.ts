import { languageOf } from '@signalbox/sdk/errors'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { answerRefusals } from '../http/error-handler.ts'
import { parsePackageName } from '../packages/package-name.ts'
import { authentication } from '../publishers/authenticate.ts'
import { PublisherService } from '../publishers/publisher-service.ts'
import type { ListingPorts } from './listing-ports.ts'
import { MarkdownRenderer } from './markdown/markdown-renderer.ts'
import { PackagePageService, type Reader } from './package-page-service.ts'
import { ratingRoutes } from './ratings/rating-routes.ts'
import { searchPageRoutes } from './search-page-routes.ts'

const tags = ['marketplace']

/** Looking at packages, for the host's `/v1/marketplace`: open to all, as the registry's packuments are. */
export const listingRoutes: FastifyPluginAsync<ListingPorts> = async (app, ports) => {
  answerRefusals(app, ports)
  const markdown = new MarkdownRenderer()
  app.addHook('onClose', () => markdown.close())
  const pages = new PackagePageService(ports, markdown)
  searchPageRoutes(app, ports)
  ratingRoutes(app, ports, authentication(app, new PublisherService(ports), ports))
  packagePages(app, pages, ports)
  fileRoutes(app, pages)
  app.get<{ Params: { name: string } }>(
    '/publishers/:name',
    {
      schema: {
        tags,
        summary:
          'A publisher: its verified scopes, its keys, how many packages, since when; its packages are found by ?publisher=',
        params: strict({ name: publisherName }),
      },
    },
    async (request) => pages.publisher(request.params.name),
  )
}

function packagePages(
  app: FastifyInstance,
  pages: PackagePageService,
  ports: Pick<ListingPorts, 'knowsHost'>,
): void {
  const readerOf = async (request: FastifyRequest, reply: FastifyReply): Promise<Reader> => ({
    language: languageOf(request.headers['accept-language']),
    knowsHost: await ports.knowsHost(request, reply),
  })
  app.get<{ Params: { name: string } }>(
    '/packages/:name',
    {
      schema: {
        tags,
        summary: 'A package, its versions and how they do here',
        params: strict({ name }),
      },
    },
    async (request, reply) =>
      pages.package(nameIn(request), await readerOf(request as FastifyRequest, reply)),
  )
  app.get<{ Params: Of }>(
    '/packages/:name/versions/:version',
    {
      schema: {
        tags,
        summary: 'A version: what it is, asks for and gives, README and CHANGELOG as safe HTML',
        params: strict({ name, version }),
      },
    },
    async (request, reply) =>
      pages.version(
        { name: nameIn(request), version: request.params.version },
        await readerOf(request as FastifyRequest, reply),
      ),
  )
  app.get<{ Params: { name: string }; Querystring: { from: string; to: string } }>(
    '/packages/:name/changes',
    {
      schema: {
        tags,
        summary: 'What the CHANGELOG says between two versions',
        params: strict({ name }),
        querystring: strict({ from: version, to: version }),
      },
    },
    async ({ query, headers, params }) =>
      pages.changes(
        parsePackageName(params.name).full,
        query.from,
        query.to,
        languageOf(headers['accept-language']),
      ),
  )
}

/** A version's bytes never change. */
const IMMUTABLE = 'public, max-age=31536000, immutable'

function fileRoutes(app: FastifyInstance, pages: PackagePageService): void {
  app.get<{ Params: Of & { path: string } }>(
    '/packages/:name/versions/:version/texts/:path',
    {
      schema: {
        tags,
        summary: 'A text of a version, such as docs/setup.md, as safe HTML',
        params: strict({ name, version, path }),
      },
    },
    async (request) =>
      pages.text({ name: nameIn(request), version: request.params.version }, request.params.path),
  )
  app.get<{ Params: Of & { '*': string } }>(
    '/packages/:name/versions/:version/files/*',
    { schema: { tags, hide: true } },
    async (request, reply) => {
      const of = { name: nameIn(request), version: request.params.version }
      const { file, bytes } = await pages.file(of, request.params['*'].slice(0, 200))
      const type = file.kind === 'picture' ? file.mediaType : 'text/plain; charset=utf-8'
      return reply
        .type(type)
        .header('cache-control', IMMUTABLE)
        .header('etag', `"${file.sha256}"`)
        .header('x-content-type-options', 'nosniff')
        .header('content-security-policy', "default-src 'none'; sandbox")
        .header('cross-origin-resource-policy', 'same-origin')
        .header('content-disposition', 'inline')
        .send(bytes)
    },
  )
}

interface Of {
  readonly name: string
  readonly version: string
}

function nameIn({ params }: { params: { name: string } }): string {
  return parsePackageName(params.name).full
}

const name = { type: 'string', minLength: 1, maxLength: 214 } as const
const version = {
  type: 'string',
  pattern: '^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.-]+)?$',
  maxLength: 100,
} as const
const path = { type: 'string', minLength: 1, maxLength: 200 } as const
const publisherName = { type: 'string', pattern: '^[a-z0-9][a-z0-9-]*$', maxLength: 64 } as const

function strict<Properties extends object>(properties: Properties) {
  const required = Object.keys(properties)
  return { type: 'object', additionalProperties: false, required, properties }
}
