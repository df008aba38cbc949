import { breakingFaults } from '@signalbox/sdk/breaking-faults'
import type { Contract } from '@signalbox/sdk/contract'
import type { Manifest } from '@signalbox/sdk/manifest'
import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import { MAX_DIST_TAGS } from '../packages/dist-tag.ts'
import { listDistTags, setDistTag } from '../packages/dist-tag-store.ts'
import { findContracts, listVersions } from '../packages/package-store.ts'
import { releaseBefore } from './release-before.ts'

/** A version on its way to being shown: by a publish, or by the approval of one. */
export interface Release {
  readonly name: string
  readonly version: string
  readonly contracts: Readonly<Record<string, Contract>>
  readonly manifest: Pick<Manifest, 'provides'>
}

/** npm's clients cannot read a package without `latest`, so the first version gets it whatever its tag. */
export async function tagRelease(
  trx: Knex.Transaction,
  { name, version, tag }: { name: string; version: string; tag: string },
): Promise<void> {
  const tags = await listDistTags(trx, name)
  if (!Object.hasOwn(tags, tag) && Object.keys(tags).length >= MAX_DIST_TAGS) {
    throw marketplaceErrors.create('DIST_TAGS_FULL', { package: name, limit: MAX_DIST_TAGS })
  }
  await setDistTag(trx, { name, tag, version })
  if (!Object.hasOwn(tags, 'latest')) await setDistTag(trx, { name, tag: 'latest', version })
}

/**
 * What the release before promised within a major, this one promises as well. Asked while the package is held, so
 * that two publishes at once are compared with each other. A prerelease binds nobody and is bound by the last release.
 */
export async function requireCompatible(trx: Knex.Transaction, release: Release): Promise<void> {
  const { name, version, contracts, manifest } = release
  if (Object.keys(contracts).length === 0) return
  const previous = releaseBefore(version, await listVersions(trx, name))
  if (previous === undefined) return
  const old = (await findContracts(trx, name, previous)) ?? {}
  const paths = new Map(manifest.provides?.services?.map(({ id, contract }) => [id, contract]))
  const faults = breakingFaults(old, contracts).map(({ service, ...fault }) => ({
    ...fault,
    at: paths.get(service) ?? service,
  }))
  if (faults.length === 0) return
  const words = { package: `${name}@${version}`, previous: `${name}@${previous}` }
  throw marketplaceErrors.create('CONTRACT_BREAKING', words, { faults })
}
