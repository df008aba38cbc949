import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import { Gate } from '../http/gate.ts'
import { findTarball, listVersions } from '../packages/package-store.ts'
import type { ContentStore, InspectPackage, PackageInspection } from '../ports.ts'
import { releaseBefore } from '../publish/release-before.ts'
import type { Actor } from '../publishers/actor.ts'
import { type PackageDiff, packageDiff } from './package-diff.ts'
import type { ReviewService } from './review-service.ts'

interface Ports {
  readonly knex: Knex
  readonly contents: ContentStore
  readonly inspectPackage: InspectPackage
  readonly reviews: Pick<ReviewService, 'tarball'>
}

/** Each holds two packages unpacked. */
const AT_ONCE = 1
const IN_LINE = 8

/** What of a package's files is another than in the release before: unpacked in a process of its own. */
export class ReviewDiffService {
  readonly #ports: Ports
  readonly #gate = new Gate(AT_ONCE, IN_LINE)

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** @throws `MKT_REVIEW_NOT_FOUND`, `MKT_CONTENT_CORRUPT`, and what the gate throws where too many ask */
  async diff(actor: Actor, id: string): Promise<PackageDiff & { readonly against: string | null }> {
    const { bytes, review } = await this.#ports.reviews.tarball(actor, id)
    const { name, version } = review
    const against = releaseBefore(version, await listVersions(this.#ports.knex, name)) ?? null
    return this.#gate.run(async () => {
      const now = await this.#ports.inspectPackage(bytes, { name, version })
      const old = against === null ? undefined : await this.#release(name, against)
      const schemas = [now.manifest.config, old?.manifest.config]
      const isConfigSchema = (path: string) => schemas.includes(path)
      return { against, ...packageDiff(old?.files ?? [], now.files, isConfigSchema) }
    })
  }

  async #release(name: string, version: string): Promise<PackageInspection> {
    const { knex, contents, inspectPackage } = this.#ports
    const stored = await findTarball(knex, name, version)
    const bytes = stored === undefined ? undefined : await contents.get(stored.sha256)
    if (bytes === undefined) {
      throw marketplaceErrors.create('CONTENT_CORRUPT', { package: `${name}@${version}` })
    }
    return inspectPackage(bytes, { name, version })
  }
}
