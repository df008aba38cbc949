export { advisoryAdministration } from './advisories/advisory-administration.ts'
export { findingRoutes } from './checks/finding-routes.ts'
export { marketplaceErrors } from './errors.ts'
export type { ListingPorts } from './listing/listing-ports.ts'
export { listingRoutes } from './listing/listing-routes.ts'
export {
  deleteRating,
  markGone,
  putRating,
  ratingsOfTenant,
} from './listing/ratings/rating-store.ts'
export type { VersionRunning } from './listing/running.ts'
export { marketplace } from './marketplace.ts'
export { Mirror } from './mirror/mirror.ts'
export { forgetAfterChanges, KnownRevisions } from './packages/known-revisions.ts'
export {
  type AvailableVersions,
  type FetchedPackage,
  PackageSource,
} from './packages/package-source.ts'
export { PACKAGES_CHANNEL } from './packages/package-store.ts'
export type {
  AccountPorts,
  Audit,
  AuditEntry,
  ContentStore,
  InspectPackage,
  MarketplaceOptions,
  PackageInspection,
  TryPackage,
} from './ports.ts'
export { PublisherDirectory } from './publishers/publisher-directory.ts'
export { publisherRoutes } from './publishers/publisher-routes.ts'
export { reviewRoutes } from './review/review-routes.ts'
export { refreshListings } from './search/listing-index.ts'
export type { RunningFigures } from './search/standing.ts'
export { type RegistryKey, RegistryKeys } from './trust/registry-keys.ts'
export { signOlderVersion, signOlderVersions } from './trust/sign-older-versions.ts'
