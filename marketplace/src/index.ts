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
} from './ports.ts'
export { PublisherDirectory } from './publishers/publisher-directory.ts'
export { publisherRoutes } from './publishers/publisher-routes.ts'
export { type RegistryKey, RegistryKeys } from './trust/registry-keys.ts'
export { signOlderVersion, signOlderVersions } from './trust/sign-older-versions.ts'
