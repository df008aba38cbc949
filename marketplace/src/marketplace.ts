import type { FastifyPluginAsync } from 'fastify'
import { advisoryRoutes } from './advisories/advisory-routes.ts'
import { AdvisoryService } from './advisories/advisory-service.ts'
import { DownloadRecorder } from './downloads/download-recorder.ts'
import { downloadRoutes } from './downloads/download-routes.ts'
import { answerErrors } from './http/error-handler.ts'
import { loginRoutes } from './login/login-routes.ts'
import { LoginService } from './login/login-service.ts'
import { ownerRoutes } from './ownership/owner-routes.ts'
import { OwnerService } from './ownership/owner-service.ts'
import { distTagRoutes } from './packages/dist-tag-routes.ts'
import { DistTagService } from './packages/dist-tag-service.ts'
import { packageRoutes } from './packages/package-routes.ts'
import { withdrawalRoutes } from './packages/withdrawal-routes.ts'
import { WithdrawalService } from './packages/withdrawal-service.ts'
import type { MarketplaceOptions } from './ports.ts'
import { publishRoutes } from './publish/publish-routes.ts'
import { PublishService } from './publish/publish-service.ts'
import { absentRoutes } from './publishers/absent-routes.ts'
import { accountRoutes } from './publishers/account-routes.ts'
import { authentication } from './publishers/authenticate.ts'
import { PublisherService } from './publishers/publisher-service.ts'
import { tokenRoutes } from './publishers/token-routes.ts'
import { TokenService } from './publishers/token-service.ts'
import { ReviewService } from './review/review-service.ts'
import { stageRoutes } from './review/stage-routes.ts'
import { searchRoutes } from './search/search-routes.ts'
import { starRoutes } from './stars/star-routes.ts'
import { StarService } from './stars/star-service.ts'
import { registryTrustRoutes } from './trust/registry-trust-routes.ts'

/** The marketplace as an npm registry: register it with a prefix such as `/npm`. Reading needs no token. */
export const marketplace: FastifyPluginAsync<MarketplaceOptions> = async (app, options) => {
  answerErrors(app, options)
  const publishers = new PublisherService(options)
  const authenticate = authentication(app, publishers)
  accountRoutes(app, publishers, authenticate)
  loginRoutes(app, new LoginService(options, publishers), options)
  absentRoutes(app)
  tokenRoutes(app, new TokenService(options, publishers), authenticate)
  searchRoutes(app, options)
  const advisories = new AdvisoryService(options)
  await app.register(advisoryRoutes, { advisories, publicUrl: options.publicUrl })
  registryTrustRoutes(app, options)
  distTagRoutes(app, new DistTagService(options), authenticate)
  const withdrawals = new WithdrawalService(options)
  const owners = new OwnerService(options)
  const stars = new StarService(options)
  ownerRoutes(app, owners, authenticate)
  starRoutes(app, stars)
  withdrawalRoutes(app, { withdrawals, owners }, authenticate)
  const publishing = new PublishService(options)
  publishRoutes(app, { publishing, withdrawals, stars }, authenticate)
  const reviews = new ReviewService(options)
  stageRoutes(app, { reviews, knex: options.knex }, authenticate)
  const downloads = new DownloadRecorder(options)
  downloadRoutes(app, { ...options, downloads })
  const onDownload = (name: string, version: string) => downloads.note(name, version)
  packageRoutes(app, { ...options, onDownload })
}
