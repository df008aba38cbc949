import { integrityOf } from '@signalbox/sdk/trust/package-signature'
import type { LocalPackages, PackageTarball } from '../../../registry/package-source.ts'

/** Who published what no marketplace has; also what its data is kept under, from one start to the next. */
const DEV = 'signalbox-dev'

/** Builds that are asked for while the host takes one more; older ones are installed, or were never wanted. */
const MAX_KEPT = 4

/** The versions of one folder, as they are built: what the host installs from instead of a marketplace. */
export class DevPackages implements LocalPackages {
  readonly #name: string
  readonly #tarballs = new Map<string, PackageTarball>()

  constructor(name: string) {
    this.#name = name
  }

  add(version: string, tarball: Buffer): void {
    const integrity = integrityOf(tarball)
    const unsigned = { signature: null, signatureKey: null, release: null }
    const package_ = { tarball, integrity, publisher: DEV, fingerprint: DEV, ...unsigned }
    this.#tarballs.set(version, package_)
    const [oldest] = this.#tarballs.keys()
    if (this.#tarballs.size > MAX_KEPT && oldest !== undefined) this.#tarballs.delete(oldest)
  }

  async versions(name: string) {
    if (name !== this.#name) return undefined
    return { versions: [...this.#tarballs.keys()], distTags: {} }
  }

  async fetch(name: string, version: string): Promise<PackageTarball | undefined> {
    return name === this.#name ? this.#tarballs.get(version) : undefined
  }
}
