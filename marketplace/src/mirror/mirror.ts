import type { Finding } from '@signalbox/sdk/finding'
import { authorFault, type Release } from '@signalbox/sdk/trust/release-statement'
import type { Knex } from 'knex'
import { marketplaceErrors } from '../errors.ts'
import { findFingerprint } from '../identity/identity-store.ts'
import { insertFiles } from '../listing/package-file-store.ts'
import { type PackageName, parsePackageName, parseVersion } from '../packages/package-name.ts'
import {
  ensurePackage,
  findHead,
  insertVersion,
  lockHead,
  setRevision,
} from '../packages/package-store.ts'
import { nextRevision, REVISION_BYTES } from '../packages/revision.ts'
import { moveVersion, setDeprecation } from '../packages/version-standing-store.ts'
import type { AuditEntry, MarketplaceOptions, PackageInspection } from '../ports.ts'
import { checkedFindings, inspectSound, requireRoom } from '../publish/check-package.ts'
import { configSchemaOf } from '../publish/config-schema.ts'
import { digestsOf } from '../publish/digests.ts'
import { keepContents } from '../publish/keep-contents.ts'
import { provenanceType } from '../publish/provenance.ts'
import { readmeOf } from '../publish/readme.ts'
import { requireCompatible } from '../publish/release.ts'
import { actorNamed, OPERATOR } from '../publishers/actor.ts'
import { findNeed, openReview } from '../review/open-review.ts'
import { nextVersionState } from '../review/version-states.ts'
import { relist } from '../search/listing-index.ts'
import { boundMarketplace, holdScope } from './bound-scope-store.ts'
import { followedMoves, type ToldState } from './followed-moves.ts'
import { advisoriesOf } from './mirrored-advisories.ts'
import { replaceAdvisories } from './mirrored-advisory-store.ts'
import {
  findOrigin,
  isScopeOwn,
  listMirrored,
  listMirroredVersions,
  listWithdrawn,
  type MirroredStanding,
  setMirrored,
} from './mirrored-version-store.ts'
import { retag } from './retag.ts'

type Ports = Omit<
  MarketplaceOptions,
  'publicUrl' | 'isOperatorToken' | 'pages' | 'isInstalled' | 'revisions'
>

/** A version whose bytes and signatures the host has verified, by keys of the marketplace that it comes from. */
export interface MirroredVersion {
  /** The marketplace's name on this host. */
  readonly marketplace: string
  readonly name: string
  readonly version: string
  readonly tarball: Buffer
  readonly signature: { readonly keyid: string; readonly sig: string }
  readonly release: string
  readonly said: Release
  readonly provenance: string | null
}

export interface ToldPackage {
  readonly marketplace: string
  readonly name: string
  readonly versions: ReadonlyMap<
    string,
    { readonly state: ToldState; readonly reason: string | null }
  >
}

interface By {
  readonly actor: string
  readonly traceId: string
}

const moved = {
  yank: 'package.yanked',
  unyank: 'package.unyanked',
  block: 'package.blocked',
  unblock: 'package.unblocked',
} as const satisfies Readonly<Record<string, AuditEntry['action']>>

/**
 * Keeps what comes from other marketplaces beside what is published here. It is inspected, checked, tried and reviewed as
 * what the operator publishes; its signatures stay those of where it comes from, and this registry adds none.
 */
export class Mirror {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  async ownFingerprint(): Promise<string | null> {
    return (await findFingerprint(this.#ports.knex)) ?? null
  }

  holdScope(trx: Knex.Transaction, scope: string): Promise<void> {
    return holdScope(trx, scope, 'alone')
  }

  isOwnScope(trx: Knex.Transaction, scope: string): Promise<boolean> {
    return isScopeOwn(trx, scope)
  }

  find(name: string, version: string) {
    return findOrigin(this.#ports.knex, name, version)
  }

  mirroredVersions(name: string): Promise<readonly string[]> {
    return listMirroredVersions(this.#ports.knex, name)
  }

  withdrawnVersions(name: string): Promise<readonly string[]> {
    return listWithdrawn(this.#ports.knex, name)
  }

  /** @throws `MKT_CHECKS_FAILED` and whatever else a publish is refused for */
  async take(given: MirroredVersion, by: By): Promise<{ readonly isStaged: boolean }> {
    const { knex } = this.#ports
    const name = parsePackageName(given.name)
    const version = parseVersion(given.version)
    const { tarball, said } = given
    const signers = said.author === null ? {} : { signers: [said.author.publicKey] }
    const inspection = await inspectSound(this.#ports, { name, version, tarball, ...signers })
    requireAuthor(given, inspection)
    const isNew = (await findHead(knex, name.full)) === undefined
    const candidate = { actor: actorNamed(OPERATOR), name, version, inspection, isNew }
    const findings = await checkedFindings(this.#ports, candidate, isOfMirrors)
    return knex.transaction((trx) => this.#store(trx, given, { name, inspection, findings }, by))
  }

  /** Of what was mirrored. A host that has none of the package does nothing. */
  async follow(told: ToldPackage, traceId: string): Promise<void> {
    const { knex, now, randomBytes, audit } = this.#ports
    const { marketplace, name } = told
    await knex.transaction(async (trx) => {
      const head = await lockHead(trx, name)
      const here = head === undefined ? [] : await listMirrored(trx, name, marketplace)
      if (head === undefined || here.length === 0) return
      const changes: Followed[] = []
      for (const one of here) changes.push(await followVersion(trx, told, one))
      const isRetagged = await retag(trx, name, marketplace)
      if (!isRetagged && !changes.some(({ isChanged }) => isChanged)) return
      const rev = nextRevision(head.rev, randomBytes(REVISION_BYTES))
      await setRevision(trx, { name, rev, at: new Date(now()) })
      await relist(trx, name)
      const actor = actorOf(marketplace)
      for (const entry of changes.flatMap(({ entries }) => entries)) {
        await audit?.({ ...entry, actor, traceId }, trx)
      }
    })
  }

  async putAdvisories(
    marketplace: string,
    scopes: readonly string[],
    told: Readonly<Record<string, readonly unknown[]>>,
  ): Promise<void> {
    const { knex, now, audit } = this.#ports
    const advisories = advisoriesOf(told, scopes)
    await knex.transaction(async (trx) => {
      const changed = await replaceAdvisories(trx, marketplace, advisories, new Date(now()))
      if (changed === 0) return
      const entry = { actor: actorOf(marketplace), subject: marketplace, traceId: '' }
      const details = { changed, inForce: advisories.length }
      await audit?.({ ...entry, action: 'advisory.mirrored', details }, trx)
    })
  }

  async #store(
    trx: Knex.Transaction,
    given: MirroredVersion,
    checked: {
      readonly name: PackageName
      readonly inspection: PackageInspection
      readonly findings: readonly Finding[]
    },
    { actor, traceId }: By,
  ): Promise<{ readonly isStaged: boolean }> {
    const { contents, now, randomBytes, audit } = this.#ports
    const { marketplace, version, tarball, said } = given
    const { name, inspection } = checked
    const at = new Date(now())
    await requireBound(trx, name, marketplace)
    const kept = await keepContents(trx, contents, { document: { tarball }, inspection })
    const head = await this.#enter(trx, name, at)
    await requireRoom(trx, name.full)
    await requireCompatible(trx, { ...inspection, name: name.full, version })
    const { manifest } = inspection
    const { findings } = checked
    const of = { name: name.full, version, tag: 'latest', publisher: OPERATOR }
    const submitted = { ...of, manifest, findings, isStaged: false }
    const need = await findNeed(trx, submitted)
    const digests = await digestsOf(tarball)
    const inserted = await insertVersion(trx, {
      ...fieldsOf(given, checked, digests),
      state: need === undefined ? 'published' : 'staged',
      tarballSha256: kept.tarballSha256,
      publishedAt: at,
    })
    if (!inserted) throw versionExists(given)
    await setMirrored(trx, { name: name.full, version }, marketplace, at)
    await insertFiles(trx, { name: name.full, version }, kept.files)
    if (need !== undefined) {
      await openReview(trx, this.#ports, { ...submitted, need, at, traceId })
      return { isStaged: true }
    }
    await retag(trx, name.full, marketplace)
    const rev = nextRevision(head, randomBytes(REVISION_BYTES))
    await setRevision(trx, { name: name.full, rev, at })
    await relist(trx, name.full)
    const { integrity, marketplace: fingerprint, publisher, publishedAt } = said
    const details = {
      ...{ marketplace, fingerprint, integrity, publisher },
      ...{ signingKey: given.signature.keyid, authorKey: said.author?.keyid ?? null },
      publishedAt: new Date(publishedAt).toISOString(),
    }
    const subject = `${name.full}@${version}`
    await audit?.({ actor, action: 'package.mirrored', subject, traceId, details }, trx)
    return { isStaged: false }
  }

  /** Holds the package's row. Nobody here owns the name but who binds scopes. @returns its revision */
  async #enter(trx: Knex.Transaction, name: PackageName, at: Date): Promise<string | undefined> {
    const before = await lockHead(trx, name.full)
    if (before !== undefined) return before.rev
    const rev = nextRevision(undefined, this.#ports.randomBytes(REVISION_BYTES))
    await ensurePackage(trx, { name: name.full, owner: OPERATOR, rev, at })
    return (await lockHead(trx, name.full))?.rev
  }
}

interface Followed {
  readonly isChanged: boolean
  readonly entries: readonly Omit<AuditEntry, 'actor' | 'traceId'>[]
}

/** Who does here what a marketplace says. */
function actorOf(marketplace: string): string {
  return `marketplace ${marketplace}`
}

/** One version, as its marketplace tells of it. The audit is written last: it moves what requests are routed by. */
async function followVersion(
  trx: Knex.Transaction,
  { marketplace, name, versions }: ToldPackage,
  here: MirroredStanding,
): Promise<Followed> {
  const { version } = here
  const told = versions.get(version)
  if (told === undefined) return { isChanged: false, entries: [] }
  const by = actorOf(marketplace)
  const reason = told.reason ?? `so it is in ${marketplace}`
  const entries: Followed['entries'][number][] = []
  for (const { from, to, action } of stepsOf(here, told.state, by)) {
    await moveVersion(trx, { name, version, state: to, reason, by })
    const details = { reason, from, to, marketplace }
    entries.push({ action, subject: `${name}@${version}`, details })
  }
  const isDeprecated = await deprecate(trx, name, here, told)
  return { isChanged: isDeprecated || entries.length > 0, entries }
}

async function deprecate(
  trx: Knex.Transaction,
  name: string,
  { version, deprecation }: MirroredStanding,
  { state, reason }: { readonly state: ToldState; readonly reason: string | null },
): Promise<boolean> {
  if (state !== 'deprecated' && state !== 'published') return false
  const message = state === 'deprecated' ? (reason ?? '') : null
  if (deprecation === message) return false
  await setDeprecation(trx, { name, version, message })
  return true
}

/** The order of versions is the business of where they are published: here they come in any. */
function isOfMirrors({ rule }: Finding): boolean {
  return !rule.startsWith('semver/')
}

/** The moves of one version, each from the state that the one before led to. */
function stepsOf({ state, by }: MirroredStanding, told: ToldState, their: string) {
  let from = state
  return followedMoves({ state, isTheirs: by === their }, told).flatMap((command) => {
    const to = nextVersionState(from, command)
    if (to === undefined) return []
    const step = { from, to, action: moved[command] }
    from = to
    return [step]
  })
}

/** Nobody may have bound the scope to another in the meantime. @throws `MKT_SCOPE_BOUND` */
async function requireBound(trx: Knex.Transaction, { scope }: PackageName, marketplace: string) {
  if (scope !== undefined) {
    await holdScope(trx, scope, 'shared')
    if ((await boundMarketplace(trx, scope)) === marketplace) return
  }
  throw marketplaceErrors.create('SCOPE_BOUND', { scope: scope ?? '', marketplace: 'another' })
}

/** @throws `MKT_SIGNATURE_REFUSED` */
function requireAuthor({ said, name, version }: MirroredVersion, { author }: PackageInspection) {
  const reason = authorFault(said, author)
  if (reason === undefined) return
  throw marketplaceErrors.create('SIGNATURE_REFUSED', { package: `${name}@${version}`, reason })
}

function fieldsOf(
  given: MirroredVersion,
  {
    name,
    inspection,
    findings,
  }: {
    readonly name: PackageName
    readonly inspection: PackageInspection
    readonly findings: readonly Finding[]
  },
  digests: { readonly integrity: string; readonly shasum: string },
) {
  const { version, tarball, signature, release, said, provenance } = given
  const { integrity } = digests
  const subject = { package: `${name.full}@${version}`, integrity }
  return {
    name: name.full,
    version,
    publisher: said.publisher,
    ...digests,
    size: tarball.length,
    unpackedSize: inspection.unpackedSize,
    fileCount: inspection.files.length,
    packageJson: inspection.packageJson,
    manifest: inspection.manifest,
    contracts: inspection.contracts,
    configSchema: configSchemaOf(inspection),
    readme: readmeOf(inspection.files),
    provenance,
    provenanceType: provenanceType(provenance ?? undefined, subject),
    fingerprint: said.marketplace,
    signed: { signature: signature.sig, signatureKey: signature.keyid, release },
    authorKey: said.author?.keyid ?? null,
    findings,
  }
}

function versionExists({ name, version }: MirroredVersion): Error {
  return marketplaceErrors.create('VERSION_EXISTS', { package: `${name}@${version}` })
}
