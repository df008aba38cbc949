export { advisoryAdministration } from './advisories/advisory-administration.ts'
export { findingRoutes } from './checks/finding-routes.ts'
export { marketplaceErrors } from './errors.ts'
export { marketplace } from './marketplace.ts'
export {
  type AvailableVersions,
  type FetchedPackage,
  PackageSource,
} from './packages/package-source.ts'
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
