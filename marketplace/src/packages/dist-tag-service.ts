import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import type { AccountPorts, AuditEntry } from '../ports.ts'
import type { Actor } from '../publishers/actor.ts'
import { changePackage, packageNotFound } from './change-package.ts'
import { MAX_DIST_TAGS, parseDistTag } from './dist-tag.ts'
import { deleteDistTag, listDistTags, setDistTag } from './dist-tag-store.ts'
import { type PackageName, parseVersion } from './package-name.ts'
import { listVersions } from './package-store.ts'

export interface TagRequest {
  readonly actor: Actor
  readonly name: PackageName
  readonly tag: string
  readonly traceId: string
}

type Change = Pick<AuditEntry, 'action' | 'details'>

/** Tags point to published versions. Every change is one transaction and moves the package's revision. */
export class DistTagService {
  readonly #ports: AccountPorts

  constructor(ports: AccountPorts) {
    this.#ports = ports
  }

  async list(name: PackageName): Promise<Record<string, string>> {
    const tags = await listDistTags(this.#ports.knex, name.full)
    // Whatever was ever let through has `latest`.
    if (Object.keys(tags).length === 0) throw packageNotFound(name.full)
    return tags
  }

  async set(request: TagRequest, given: string): Promise<void> {
    const { full } = request.name
    const tag = parseDistTag(request.tag)
    const version = parseVersion(given)
    await this.#change(request, async (trx) => {
      // What was yanked is chosen by no tag.
      if (!(await listVersions(trx, full)).includes(version)) {
        throw packageNotFound(`${full}@${version}`)
      }
      const tags = await listDistTags(trx, full)
      if (!Object.hasOwn(tags, tag) && Object.keys(tags).length >= MAX_DIST_TAGS) {
        throw marketplaceErrors.create('DIST_TAGS_FULL', { package: full, limit: MAX_DIST_TAGS })
      }
      await setDistTag(trx, { name: full, tag, version })
      return { action: 'dist-tag.set', details: { tag, version } }
    })
  }

  async remove(request: TagRequest): Promise<void> {
    const { full } = request.name
    const tag = parseDistTag(request.tag)
    if (tag === 'latest') throw marketplaceErrors.create('DIST_TAG_LATEST_FIXED', { package: full })
    await this.#change(request, async (trx) => {
      if (!(await deleteDistTag(trx, { name: full, tag }))) {
        throw marketplaceErrors.create('DIST_TAG_NOT_FOUND', { package: full, tag })
      }
      return { action: 'dist-tag.removed', details: { tag } }
    })
  }

  #change(request: TagRequest, change: (trx: Knex.Transaction) => Promise<Change>): Promise<void> {
    return changePackage(this.#ports, request, change)
  }
}
