import { createHash } from 'node:crypto'
import type { Localized } from '@signalbox/sdk/errors'
import { publicKeyFrom } from '@signalbox/sdk/trust/key-id'
import { isVersionSigned } from '@signalbox/sdk/trust/registry-signature'
import type { Installation, StoredFile } from '../registry/registry-store.ts'
import { canonicalJson } from '../sealing/canonical-json.ts'

/** Kind of the statement that is a receipt (RFC 8725 §3.11). */
export const RECEIPT_TYPE = 'signalbox-installation+jws'

/** Whose word stood behind a version when it was installed. */
export interface Vouched {
  /** The marketplace's, over name, version and integrity. Null: of a package that comes from no marketplace. */
  readonly registry: {
    readonly keyid: string
    readonly publicKey: string
    readonly sig: string
  } | null
  /** Null: the author had not signed. */
  readonly author: { readonly keyid: string; readonly publicKey: string } | null
}

/**
 * What the host found when it unpacked the signed tarball: it ties what is loaded later, one file at a time, to what the
 * marketplace and the author signed. Digests are SHA-256 in hexadecimal.
 */
export interface Receipt extends Vouched {
  readonly plugin: string
  readonly version: string
  readonly integrity: string
  readonly marketplace: string
  readonly publisher: string | null
  readonly manifest: string
  readonly contracts: string
  /** Over all paths with the digests of their bytes. */
  readonly files: string
  readonly bundle: string | null
}

export type Installed = Omit<Installation, 'fault' | 'state' | 'installedBy'>
type Files = readonly Pick<StoredFile, 'path' | 'sha256'>[]

export function receiptOf(installed: Installed, files: Files, vouched: Vouched): Receipt {
  const { plugin, version, integrity, publisher } = installed
  return {
    ...{ plugin, version, integrity, publisher, ...vouched },
    marketplace: installed.marketplaceFingerprint,
    manifest: digestOf(installed.manifest),
    contracts: digestOf(installed.contracts),
    files: filesDigest(files),
    bundle: installed.bundleSha256,
  }
}

/** What of a stored installation is not what was installed. Pure: whether the receipt is the host's own was found before. */
export function receiptFault(
  receipt: Receipt,
  installed: Installed,
  files: Files,
): Localized | undefined {
  const { registry, author, ...was } = receipt
  const { registry: _, author: __, ...is } = receiptOf(installed, files, { registry, author })
  for (const field of Object.keys(is) as (keyof typeof is)[]) {
    if (was[field] === is[field]) continue
    return { en: `its ${field} is not what was installed`, 'zh-CN': `${field} 与安装时不同` }
  }
  if (installed.signature !== (registry?.sig ?? null)) {
    return { en: 'its signature is not what was installed', 'zh-CN': 'signature 与安装时不同' }
  }
  if (registry === null) return
  const key = publicKeyFrom(registry.publicKey, 'p256')
  const { plugin: name, version, integrity } = installed
  if (key !== undefined && isVersionSigned({ name, version, integrity }, registry.sig, key)) return
  return { en: "it is not what the marketplace's key signed", 'zh-CN': '与应用市场密钥的签名不符' }
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}

function filesDigest(files: Files): string {
  const hash = createHash('sha256')
  const inOrder = [...files].sort((one, other) => (one.path < other.path ? -1 : 1))
  for (const { path, sha256 } of inOrder) hash.update(`${sha256} ${path}\n`)
  return hash.digest('hex')
}
