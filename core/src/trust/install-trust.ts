import type { KeyObject } from 'node:crypto'
import type { Localized } from '@signalbox/sdk/errors'
import { publicKeyText } from '@signalbox/sdk/trust/key-id'
import { CLOCK_SKEW_MS } from '@signalbox/sdk/trust/key-statement'
import type { Release } from '@signalbox/sdk/trust/release-statement'
import { claimedKeyId } from '@signalbox/sdk/trust/statement'
import { verifyVersion } from '@signalbox/sdk/trust/version-chain'
import { coreErrors } from '../errors.ts'
import type { PackageTarball } from '../registry/package-source.ts'
import type { StoredFile } from '../registry/registry-store.ts'
import type { HostSigner } from '../sealing/host-signer.ts'
import { type Installed, RECEIPT_TYPE, receiptOf, type Vouched } from './receipt.ts'

interface Ports {
  readonly signer: Pick<HostSigner, 'sign'>
  readonly now: () => number
  readonly isKeyed: boolean
}

/** What was found of a tarball before it is unpacked. */
export interface Admitted {
  readonly vouched: Vouched
  /** Who must have signed the files; undefined: nobody is known. */
  readonly signers: readonly string[] | undefined
}

/** Whose word a version is installed by, and the receipt that it is loaded by later. */
export class InstallTrust {
  readonly #ports: Ports

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /**
   * @param keys of the marketplace that the package comes from; undefined: it comes from none, or from that of a host
   * without a key of its own
   * @throws CORE_SIGNATURE_MISSING, CORE_SIGNATURE_INVALID
   */
  admit(
    plugin: string,
    version: string,
    tarball: PackageTarball,
    keys: ReadonlyMap<string, KeyObject> | undefined,
  ): Admitted {
    if (keys === undefined) return { vouched: { registry: null, author: null }, signers: undefined }
    const { integrity, signature: sig, signatureKey: keyid, release } = tarball
    if (sig === null || keyid === null || release === null) {
      throw coreErrors.create('SIGNATURE_MISSING', { plugin, version })
    }
    const find = (id: string) => keys.get(id)
    const signed = { name: plugin, version, integrity }
    const verdict = verifyVersion(signed, { signature: { keyid, sig }, release }, find)
    const refuse = (reason: Localized) =>
      coreErrors.create('SIGNATURE_INVALID', { plugin, version, reason })
    if (!verdict.ok) throw refuse(verdict.reason)
    const { publisher, marketplace, author, publishedAt } = verdict.release
    if (publishedAt > this.#ports.now() + CLOCK_SKEW_MS) throw refuse(ofTheFuture(publishedAt))
    if (publisher !== tarball.publisher || marketplace !== tarball.fingerprint) {
      throw refuse({
        en: 'its publisher or its marketplace is not the one that was signed',
        'zh-CN': '发布者或应用市场与签名不符',
      })
    }
    const publicKey = publicKeyText(keys.get(keyid) as KeyObject)
    const signers = author === null ? undefined : [author.publicKey]
    const said = { release, publicKeys: spokenBy(verdict.release.review, keys) }
    return { vouched: { registry: { keyid, publicKey, sig, said }, author }, signers }
  }

  /** @returns null on a host without a key of its own */
  async receipt(
    installed: Installed,
    files: readonly Pick<StoredFile, 'path' | 'sha256'>[],
    vouched: Vouched,
  ): Promise<string | null> {
    if (!this.#ports.isKeyed) return null
    return this.#ports.signer.sign(RECEIPT_TYPE, receiptOf(installed, files, vouched))
  }
}

/** The keys by which the registry signed for reviewers: one that is retired by now, where it changed during a review. */
function spokenBy(
  review: Release['review'],
  keys: ReadonlyMap<string, KeyObject>,
): readonly string[] {
  const ids = (review?.approvals ?? []).map(({ statement }) => claimedKeyId(statement) ?? '')
  const spoken = [...new Set(ids)].map((keyid) => keys.get(keyid))
  return spoken.filter((key) => key !== undefined).map((key) => publicKeyText(key))
}

function ofTheFuture(publishedAt: number): Localized {
  const at = new Date(publishedAt).toISOString()
  return {
    en: `it was published at ${at}, which is still to come by the clock of this host: one of the clocks is wrong`,
    'zh-CN': `发布时间 ${at} 晚于本主机的时钟：其中一个时钟有误`,
  }
}
