import type { KeyObject } from 'node:crypto'
import { type AdvisoriesSnapshot, verifyAdvisories } from './advisories-snapshot.ts'
import { fieldsOf } from './json-fields.ts'
import { trustedKeys } from './key-succession.ts'
import { type PackageIndex, verifyIndex } from './package-index.ts'
import { integrityOf } from './package-signature.ts'
import type { RegistrySignature } from './registry-signature.ts'
import type { Release } from './release-statement.ts'
import { readUstar, writeUstar } from './ustar.ts'
import { refused, type Verdict } from './verdict.ts'
import { verifyVersion } from './version-chain.ts'

/** A version as it travels: its bytes, and everything that says whose they are. */
export interface BundledVersion {
  readonly name: string
  readonly version: string
  readonly tarball: Buffer
  readonly signature: RegistrySignature
  /** The registry's release statement. */
  readonly release: string
  /** The Sigstore bundle that came with the publish; null: none did. */
  readonly provenance: string | null
}

export interface BundledKey {
  readonly publicKey: string
  readonly endorsement: string | null
}

/** Plugins with all that they require, for a host that reaches no marketplace. */
export interface OfflineBundle {
  /** The marketplace's keys: whoever pinned one of them can follow to the others. */
  readonly keys: readonly BundledKey[]
  /** What a version requires comes before it. */
  readonly versions: readonly BundledVersion[]
  /** The marketplace's signed index of each of their packages. */
  readonly indexes: readonly string[]
  /** The marketplace's signed snapshot of advisories. */
  readonly advisories: string
}

/** What one bundle may hold, at its maker and at its reader: what a host takes into memory at once. */
export const bundleLimits = {
  versions: 200,
  bytes: 256 * 1024 * 1024,
  keys: 50,
} as const

const FORMAT = 'signalbox-bundle-1'
const INDEX = 'bundle.json'

interface BundleIndex {
  readonly format: string
  readonly keys: readonly BundledKey[]
  readonly versions: readonly Omit<BundledVersion, 'tarball'>[]
  readonly indexes: readonly string[]
  readonly advisories: string
}

export function writeBundle({ keys, versions, indexes, advisories }: OfflineBundle): Buffer {
  const listed = versions.map(({ name, version, signature, release, provenance }) => {
    return { name, version, signature, release, provenance }
  })
  const index: BundleIndex = { format: FORMAT, keys, versions: listed, indexes, advisories }
  const tarballs = versions.map(({ tarball }, at) => ({ name: tarballName(at), bytes: tarball }))
  const bytes = Buffer.from(JSON.stringify(index, null, 2))
  return writeUstar([{ name: INDEX, bytes }, ...tarballs])
}

/** Reads the shape; nothing of it is believed yet. */
export function readBundle(bytes: Buffer): Verdict<{ readonly bundle: OfflineBundle }> {
  if (bytes.length > bundleLimits.bytes) return refused('is too large', '文件过大')
  const files = readUstar(bytes, bundleLimits.versions + 1)
  if (files === undefined) {
    return refused('is no archive of a bundle', '不是离线包归档文件')
  }
  const [first, ...tarballs] = files
  const index = first?.name === INDEX ? indexOf(first.bytes) : undefined
  const isComplete =
    index !== undefined &&
    index.versions.length === tarballs.length &&
    tarballs.every(({ name }, at) => name === tarballName(at))
  if (!isComplete) return refused('has no index of what it holds', '缺少内容索引')
  const { keys, indexes, advisories } = index
  const versions = index.versions.map((one, at) => ({
    ...one,
    tarball: tarballs[at]?.bytes ?? Buffer.alloc(0),
  }))
  return { ok: true, bundle: { keys, versions, indexes, advisories } }
}

export interface VerifiedVersion extends BundledVersion {
  readonly said: Release
}

export interface VerifiedBundle {
  readonly marketplace: string
  readonly keys: ReadonlyMap<string, KeyObject>
  readonly versions: readonly VerifiedVersion[]
  readonly indexes: readonly PackageIndex[]
  readonly advisories: AdvisoriesSnapshot
}

/**
 * Every version by the keys that follow from the pinned ones, and the snapshot of advisories as well. What the packages
 * hold is for the import process to say, with the author's key that the release names.
 */
export function verifyBundle(
  { keys, versions, indexes, advisories }: OfflineBundle,
  pinned: ReadonlySet<string>,
): Verdict<{ readonly verified: VerifiedBundle }> {
  const trusted = trustedKeys(pinned, keys, 'p256')
  if (trusted.size === 0) {
    return refused('is signed by no key that is pinned', '未使用任何已固定的密钥签名')
  }
  const find = (keyid: string) => trusted.get(keyid)
  const verified: VerifiedVersion[] = []
  for (const one of versions) {
    const { name, version, tarball, signature, release } = one
    const integrity = integrityOf(tarball)
    const verdict = verifyVersion({ name, version, integrity }, { signature, release }, find)
    if (!verdict.ok) {
      const { en, 'zh-CN': zh } = verdict.reason
      return refused(`has ${name}@${version}, which ${en}`, `其中的 ${name}@${version} ${zh}`)
    }
    verified.push({ ...one, said: verdict.release })
  }
  const heard: PackageIndex[] = []
  for (const text of indexes) {
    const verdict = verifyIndex(text, undefined, { kind: 'p256', find })
    if (!verdict.ok) {
      const { en, 'zh-CN': zh } = verdict.reason
      return refused(`has an index that ${en}`, `软件包索引有误：${zh}`)
    }
    heard.push(verdict.index)
  }
  const unindexed = verified.find(({ name, version, said }) => {
    const index = heard.find((one) => one.name === name)
    return index?.versions.get(version)?.integrity !== said.integrity
  })
  if (unindexed !== undefined) {
    const spec = `${unindexed.name}@${unindexed.version}`
    return refused(`has ${spec}, which is in no index of it`, `其中的 ${spec} 不在索引中`)
  }
  const told = verifyAdvisories(advisories, { kind: 'p256', find })
  if (!told.ok) {
    return refused(`has advisories: this ${told.reason.en}`, `安全通告：${told.reason['zh-CN']}`)
  }
  const { marketplace } = told.snapshot
  const all = [...verified.map(({ said }) => said), ...heard]
  if (all.some((said) => said.marketplace !== marketplace)) {
    return refused('is of more than one marketplace', '来自多个应用市场')
  }
  const advice = told.snapshot
  return {
    ok: true,
    verified: {
      marketplace,
      keys: trusted,
      versions: verified,
      indexes: heard,
      advisories: advice,
    },
  }
}

function tarballName(at: number): string {
  return `packages/${String(at).padStart(3, '0')}.tgz`
}

function indexOf(bytes: Buffer): BundleIndex | undefined {
  let read: Partial<BundleIndex>
  try {
    read = JSON.parse(bytes.toString('utf8')) ?? {}
  } catch {
    return undefined
  }
  const { format, keys, versions, indexes, advisories } = read
  const isWhole =
    format === FORMAT &&
    typeof advisories === 'string' &&
    Array.isArray(keys) &&
    keys.length <= bundleLimits.keys &&
    keys.every(isBundledKey) &&
    Array.isArray(versions) &&
    versions.every(isListed) &&
    Array.isArray(indexes) &&
    indexes.length <= bundleLimits.versions &&
    indexes.every((one) => typeof one === 'string')
  return isWhole ? { format, keys, versions, indexes, advisories } : undefined
}

/** Whether it has the shape of a key that a marketplace offers; nothing of it is believed yet. */
export function isBundledKey(value: unknown): value is BundledKey {
  const { publicKey, endorsement } = fieldsOf(value)
  return typeof publicKey === 'string' && isTextOrNull(endorsement)
}

function isListed(value: unknown): value is BundleIndex['versions'][number] {
  const { name, version, signature, release, provenance } = fieldsOf(value)
  const { keyid, sig } = fieldsOf(signature)
  const texts = [name, version, keyid, sig, release]
  return texts.every((text) => typeof text === 'string') && isTextOrNull(provenance)
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string'
}
