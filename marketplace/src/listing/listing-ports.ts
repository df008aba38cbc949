import type { AccountPorts, ContentStore } from '../ports.ts'
import type { VersionRunning } from './running.ts'

/** What the host gives to the pages of packages. */
export interface ListingPorts extends AccountPorts {
  readonly contents: ContentStore
  /** Of this host: what packages are to run on. */
  readonly hostVersion: string
  /** How the versions of a package do here; those that nobody runs may be left out. */
  running(name: string): Promise<readonly VersionRunning[]>
  /** Versions of a package that are installed on the host. */
  installed(name: string): Promise<readonly string[]>
}
