import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import type { AccountPorts, AuditEntry } from '../ports.ts'
import type { Actor } from '../publishers/actor.ts'
import { authorizeChange } from '../publishers/authorize-change.ts'
import { relist } from '../search/listing-index.ts'
import { MAX_DIST_TAGS, parseDistTag } from './dist-tag.ts'
import { type PackageName, parseVersion } from './package-name.ts'
import {
  deleteDistTag,
  findHead,
  findTarball,
  listDistTags,
  lockHead,
  setDistTag,
  setRevision,
} from './package-store.ts'
import { nextRevision, REVISION_BYTES } from './revision.ts'

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
    if ((await findHead(this.#ports.knex, name.full)) === undefined) throw notFound(name.full)
    return listDistTags(this.#ports.knex, name.full)
  }

  async set(request: TagRequest, given: string): Promise<void> {
    const { full } = request.name
    const tag = parseDistTag(request.tag)
    const version = parseVersion(given)
    await this.#change(request, async (trx) => {
      if ((await findTarball(trx, full, version)) === undefined) {
        throw notFound(`${full}@${version}`)
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

  async #change(
    { actor, name, traceId }: TagRequest,
    change: (trx: Knex.Transaction) => Promise<Change>,
  ): Promise<void> {
    const { knex, now, randomBytes, audit } = this.#ports
    await knex.transaction(async (trx) => {
      const head = await lockHead(trx, name.full)
      if (head === undefined) throw notFound(name.full)
      await authorizeChange(trx, actor, name, head.owner)
      const entry = await change(trx)
      const rev = nextRevision(head.rev, randomBytes(REVISION_BYTES))
      await setRevision(trx, { name: name.full, rev, at: new Date(now()) })
      await relist(trx, name.full)
      await audit?.({ actor: actor.name, subject: name.full, traceId, ...entry }, trx)
    })
  }
}

function notFound(what: string): Error {
  return marketplaceErrors.create('PACKAGE_NOT_FOUND', { package: what })
}
