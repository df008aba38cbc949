import { keyVerdict } from '@signalbox/sdk/trust/key-statement'
import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import type { PackageName } from '../packages/package-name.ts'
import { findHead } from '../packages/package-store.ts'
import type { PackageInspection } from '../ports.ts'
import type { PublishDocument } from '../publish/publish-document.ts'
import type { Actor } from '../publishers/actor.ts'
import { findScopeHolder } from '../publishers/publisher-store.ts'
import { holdPublisherKey, mustSign, type PublisherKey } from './publisher-key-store.ts'

/** Whose signature a package may bear: of who publishes, or of who holds its name, when the operator publishes for him. */
export async function ownersOf(
  knex: Knex,
  actor: Actor,
  name: PackageName,
): Promise<readonly string[]> {
  const holder =
    name.scope === undefined
      ? (await findHead(knex, name.full))?.owner
      : await findScopeHolder(knex, name.scope)
  return holder === undefined ? [actor.name] : [...new Set([actor.name, holder])]
}

/**
 * The key by which the author signed, good at this moment: the registry's own clock counts, whatever the author says.
 * @returns undefined where the package is not signed and need not be
 * @throws MKT_SIGNATURE_REFUSED, MKT_SIGNATURE_REQUIRED
 */
export async function requireAuthor(
  trx: Knex.Transaction,
  { document, inspection }: { document: PublishDocument; inspection: PackageInspection },
  actor: Actor,
  now: number,
): Promise<PublisherKey | undefined> {
  const { name, version } = document
  const spec = `${name.full}@${version}`
  const owners = await ownersOf(trx, actor, name)
  const { author, manifest } = inspection
  if (author === undefined || author === null) {
    const { tier } = manifest.runtime
    const isAsked = await Promise.all(owners.map((one) => mustSign(trx, one)))
    if (tier !== 'trusted' && !isAsked.includes(true)) return undefined
    throw marketplaceErrors.create('SIGNATURE_REQUIRED', { package: spec, publisher: actor.name })
  }
  const key = await holdPublisherKey(trx, owners, author.keyid)
  const unknown = { en: 'its key is not registered', 'zh-CN': '其密钥未登记' }
  const verdict =
    key === undefined
      ? { ok: false as const, reason: unknown }
      : keyVerdict(key, { createdAt: author.createdAt, seenAt: now })
  if (verdict.ok) return key
  throw marketplaceErrors.create('SIGNATURE_REFUSED', { package: spec, reason: verdict.reason })
}
