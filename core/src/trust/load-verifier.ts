import type { Localized } from '@signalbox/sdk/errors'
import { CodedError } from '@signalbox/sdk/errors'
import { keyIdOf, publicKeyFrom } from '@signalbox/sdk/trust/key-id'
import { SIGNATURE_FILE, sha512Of, verifyListedFile } from '@signalbox/sdk/trust/package-signature'
import { decodeProtectedHeader } from 'jose'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import {
  findInstallation,
  findReceipt,
  type Installation,
  listFiles,
  type StoredFile,
} from '../registry/registry-store.ts'
import { type HostSigner, verifiedStatement } from '../sealing/host-signer.ts'
import { RECEIPT_TYPE, type Receipt, receiptFault } from './receipt.ts'

interface Ports {
  readonly knex: Knex
  readonly contents: { get(sha256: string): Promise<Buffer | undefined> }
  readonly signer: Pick<HostSigner, 'publicKeys'>
  /** A host without a key of its own has signed no receipt: bytes are then held to their hashes alone. */
  readonly isKeyed: boolean
  readonly log: { warn(fields: object, message: string): void }
}

export interface LoadedVersion {
  readonly plugin: string
  readonly version: string
}

/** What a version is brought up by, that other parts of the host have. */
interface Followers {
  /** Unpacks the marketplace's tarball once more and writes the receipt, for what was installed before there were any. */
  readonly attest: (of: LoadedVersion) => Promise<void>
  /** Takes the version out of service on every node. */
  readonly distrust: (of: LoadedVersion, error: CodedError) => Promise<void>
}

/**
 * Holds a version to its receipt before its code is run: receipt by the host's key → integrity by the marketplace's →
 * files by the author's → the bytes at hand. Costs some milliseconds a load, mostly three look-ups, and nothing a call.
 */
export class LoadVerifier {
  readonly #ports: Ports
  #followers: Followers | undefined

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Whether this host can sign: it writes receipts then, and loads nothing without one. */
  get isKeyed(): boolean {
    return this.#ports.isKeyed
  }

  /** What is there only when the rest of the host is. */
  follow(followers: Followers): void {
    this.#followers = followers
  }

  /** Another file of a version: its list of files is held to what was installed, and the bytes to their name. */
  async file(sha256: string, of: LoadedVersion): Promise<Buffer | undefined> {
    await this.verify(of)
    return this.#telling(of, () => this.#ports.contents.get(sha256))
  }

  /**
   * The code of a version, held to all of it.
   * @returns undefined where its bytes are lost
   * @throws as `verify`
   */
  async read(of: LoadedVersion & { readonly bundleSha256: string }): Promise<Buffer | undefined> {
    return this.#telling(of, async () => {
      const bytes = await this.#ports.contents.get(of.bundleSha256)
      if (bytes !== undefined && this.isKeyed) await this.#verify(of, bytes)
      return bytes
    })
  }

  /**
   * @param bundle the bytes about to be run, which the content store has held to their name; absent: they are read
   * @throws CORE_SIGNATURE_INVALID, CORE_RECEIPT_FOREIGN, CORE_CONTENT_CORRUPT, CORE_VERSION_MISSING
   */
  async verify(of: LoadedVersion, bundle?: Uint8Array): Promise<void> {
    if (this.isKeyed) await this.#telling(of, () => this.#verify(of, bundle))
  }

  async #telling<Result>(of: LoadedVersion, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      if (this.isKeyed && isTampering(error)) await this.#tell(of, error)
      throw error
    }
  }

  async #verify(of: LoadedVersion, bundle: Uint8Array | undefined): Promise<void> {
    const { knex } = this.#ports
    const { plugin, version } = of
    const [installation, files] = await Promise.all([
      findInstallation(knex, plugin, version),
      listFiles(knex, plugin, version),
    ])
    if (installation === undefined) throw coreErrors.create('VERSION_MISSING', { plugin, version })
    const receipt = await this.#receipt(of)
    const fault = receiptFault(receipt, installation, files)
    if (fault !== undefined) throw invalid(of, fault)
    await this.#requireAuthor(receipt, installation, files, bundle)
  }

  async #receipt(of: LoadedVersion): Promise<Receipt> {
    const { knex, signer } = this.#ports
    const { plugin, version } = of
    let jws = await findReceipt(knex, plugin, version)
    if (jws === null) {
      await this.#followers?.attest(of)
      jws = await findReceipt(knex, plugin, version)
    }
    if (jws === null) {
      throw invalid(of, { en: 'it has no receipt of this host', 'zh-CN': '没有本主机的安装凭证' })
    }
    const keys = await signer.publicKeys()
    const receipt = await verifiedStatement<Receipt>(jws, RECEIPT_TYPE, keys)
    if (receipt !== undefined) return receipt
    // A node with another key file must not take from all others what it cannot judge.
    if (!keys.has(kidOf(jws) ?? '')) throw coreErrors.create('RECEIPT_FOREIGN', { plugin, version })
    throw invalid(of, { en: 'its receipt was altered', 'zh-CN': '安装凭证被改动' })
  }

  /** The author listed every file by SHA-512; the one that is run is hashed once more. */
  async #requireAuthor(
    { author }: Receipt,
    { plugin, version, manifest, bundleSha256 }: Installation,
    files: readonly StoredFile[],
    bundle: Uint8Array | undefined,
  ): Promise<void> {
    const path = manifest.runtime.entry
    if (author === null || path === undefined || bundleSha256 === null) return
    const of = { plugin, version }
    const { contents } = this.#ports
    const listed = files.find((file) => file.path === SIGNATURE_FILE)
    const text = listed === undefined ? undefined : await contents.get(listed.sha256)
    const bytes = bundle ?? (await contents.get(bundleSha256))
    if (text === undefined || bytes === undefined) {
      throw invalid(of, {
        en: 'its signature or its bundle is missing',
        'zh-CN': '签名或代码包缺失',
      })
    }
    const key = publicKeyFrom(author.publicKey, 'ed25519')
    const find = (keyid: string) =>
      key !== undefined && keyid === author.keyid && keyid === keyIdOf(key) ? key : undefined
    const file = { path, sha512: sha512Of(bytes) }
    const verdict = verifyListedFile(text.toString('utf8'), file, { kind: 'ed25519', find })
    if (!verdict.ok) {
      const { en, 'zh-CN': zh } = verdict.reason
      throw invalid(of, { en: `the author's signature ${en}`, 'zh-CN': `作者签名：${zh}` })
    }
  }

  async #tell(of: LoadedVersion, error: CodedError): Promise<void> {
    try {
      await this.#followers?.distrust(of, error)
    } catch (err) {
      this.#ports.log.warn({ err, ...of }, 'a version that is not what was installed stays listed')
    }
  }
}

function isTampering(error: unknown): error is CodedError {
  const codes = ['CORE_SIGNATURE_INVALID', 'CORE_CONTENT_CORRUPT']
  return error instanceof CodedError && codes.includes(error.code)
}

function kidOf(jws: string): string | undefined {
  try {
    return decodeProtectedHeader(jws).kid
  } catch {
    return undefined
  }
}

function invalid({ plugin, version }: LoadedVersion, reason: Localized): CodedError {
  return coreErrors.create('SIGNATURE_INVALID', { plugin, version, reason })
}
