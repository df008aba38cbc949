import type { FastifyPluginAsync } from 'fastify'
import { advisoryRoutes } from './advisories/advisory-routes.ts'
import { answerErrors } from './http/error-handler.ts'
import { distTagRoutes } from './packages/dist-tag-routes.ts'
import { DistTagService } from './packages/dist-tag-service.ts'
import { packageRoutes } from './packages/package-routes.ts'
import type { MarketplaceOptions } from './ports.ts'
import { publishRoutes } from './publish/publish-routes.ts'
import { PublishService } from './publish/publish-service.ts'
import { accountRoutes } from './publishers/account-routes.ts'
import { authentication } from './publishers/authenticate.ts'
import { PublisherService } from './publishers/publisher-service.ts'
import { searchRoutes } from './search/search-routes.ts'
import { registryTrustRoutes } from './trust/registry-trust-routes.ts'

/** The marketplace as an npm registry: register it with a prefix such as `/npm`. Reading needs no token. */
export const marketplace: FastifyPluginAsync<MarketplaceOptions> = async (app, options) => {
  answerErrors(app, options)
  const publishers = new PublisherService(options)
  const authenticate = authentication(app, publishers)
  accountRoutes(app, publishers, authenticate)
  searchRoutes(app, options)
  await app.register(advisoryRoutes)
  registryTrustRoutes(app, options)
  distTagRoutes(app, new DistTagService(options), authenticate)
  publishRoutes(app, new PublishService(options), authenticate)
  packageRoutes(app, options)
}
