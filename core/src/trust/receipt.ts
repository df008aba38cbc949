import { createHash } from 'node:crypto'
import type { Localized } from '@signalbox/sdk/errors'
import { keyIdOf, publicKeyFrom } from '@signalbox/sdk/trust/key-id'
import { isVersionSigned } from '@signalbox/sdk/trust/registry-signature'
import { verifyVersion } from '@signalbox/sdk/trust/version-chain'
import type { Installation, StoredFile } from '../registry/registry-store.ts'
import { canonicalJson } from '../sealing/canonical-json.ts'

/** Kind of the statement that is a receipt (RFC 8725 §3.11). */
export const RECEIPT_TYPE = 'signalbox-installation+jws'

interface Said {
  /** The release statement, with the approvals that it carries. */
  readonly release: string
  /** The registry's other keys, by which it spoke for reviewers who have none. */
  readonly publicKeys: readonly string[]
}

/** Whose word stood behind a version when it was installed. */
export interface Vouched {
  /** The marketplace's, over name, version and integrity. Null: of a package that comes from no marketplace. */
  readonly registry: {
    readonly keyid: string
    readonly publicKey: string
    readonly sig: string
    /** Who published it and who approved it, in the registry's words; absent: by receipts from before they were kept. */
    readonly said?: Said
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
  return registry === null ? undefined : registryFault(registry, installed)
}

/** The marketplace's words once more, each approval among them: offline, by the keys that were believed at the install. */
function registryFault(
  { keyid, publicKey, sig, said }: NonNullable<Receipt['registry']>,
  { plugin: name, version, integrity }: Installed,
): Localized | undefined {
  const of = { name, version, integrity }
  const key = publicKeyFrom(publicKey, 'p256')
  if (key === undefined || !isVersionSigned(of, sig, key)) {
    return {
      en: "it is not what the marketplace's key signed",
      'zh-CN': '与应用市场密钥的签名不符',
    }
  }
  if (said === undefined) return undefined
  const others = said.publicKeys.map((text) => publicKeyFrom(text, 'p256'))
  const known = [key, ...others].filter((one) => one !== undefined)
  const keys = new Map(known.map((one) => [keyIdOf(one), one]))
  const word = { signature: { keyid, sig }, release: said.release }
  const verdict = verifyVersion(of, word, (id) => keys.get(id))
  if (verdict.ok) return undefined
  const { en, 'zh-CN': zh } = verdict.reason
  return { en: `it ${en}`, 'zh-CN': zh }
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
