import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  addSignatureTimestamp,
  buildSignedData,
  signedAttributes,
} from '../../src/cms/build-signed-data.ts'
import { hostAlgorithm } from '../../src/cms/signature-algorithms.ts'
import { readSignedData } from '../../src/cms/signed-data.ts'
import { prepareDocument } from '../../src/pdf/prepare-document.ts'
import { documentTimestampIncrement } from '../../src/signing/document-timestamp-increment.ts'
import { dssIncrement } from '../../src/signing/dss-increment.ts'
import { embedContents } from '../../src/signing/embed-contents.ts'
import { signatureIncrement } from '../../src/signing/signature-increment.ts'
import type {
  PreparationRequest,
  ProofsRequest,
  SignatureIncrement,
  SignatureRequest,
  SigningPlan,
} from '../../src/signing/signing-plan.ts'
import { timestampRequest } from '../../src/timestamps/timestamp-request.ts'
import { readTimestampResponse } from '../../src/timestamps/timestamp-response.ts'
import type { Pki } from './pki.ts'
import type { TimeAuthority } from './time-authority.ts'

const run = promisify(execFile)

export const FONT = new Uint8Array(
  readFileSync(new URL('../../assets/fonts/noto-sans-sc-regular.woff', import.meta.url)),
)

/** Another's program, with what it said; what it said, too, where it is not content. */
export async function said(program: string, ...words: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(program, words, { maxBuffer: 64 * 1024 * 1024 }).catch(
    (error: { stdout?: string; stderr?: string; code?: unknown }) => {
      if (error.code === 'ENOENT') throw error
      return { stdout: error.stdout ?? '', stderr: error.stderr ?? '' }
    },
  )
  return stdout + stderr
}

/** What other programs need and this machine lacks, for tap's `skip`; false when all are there. */
export async function programsMissing(...programs: readonly string[]): Promise<string | false> {
  for (const program of programs) {
    const isThere = await run('which', [program]).then(
      () => true,
      () => false,
    )
    if (!isThere) return `${program} is not installed (poppler-utils, qpdf, libnss3-tools)`
  }
  return false
}

interface Signed extends SignatureIncrement {
  readonly contents: Uint8Array
  readonly cms: Uint8Array
  readonly vriKey: string
}

/** A file on its way from the preparation to the last time stamp, signed by keys of `pki`. */
export class SignedFile {
  bytes: Uint8Array
  plan: SigningPlan
  readonly signatures: Signed[] = []

  private constructor(bytes: Uint8Array, plan: SigningPlan) {
    this.bytes = bytes
    this.plan = plan
  }

  static async prepare(
    file: Uint8Array,
    request: Partial<PreparationRequest>,
  ): Promise<SignedFile> {
    const nothing = { fields: [], values: {}, seals: [], signers: [], font: FONT }
    const { bytes, plan } = await prepareDocument(file, { ...nothing, ...request })
    return new SignedFile(bytes, plan)
  }

  async sign(
    pki: Pki,
    name: string,
    algorithm: string,
    request: Partial<SignatureRequest> & { readonly field: string },
    authority?: TimeAuthority,
  ): Promise<Signed> {
    // Through JSON, as a plan is kept between two calls.
    const plan = JSON.parse(JSON.stringify(this.plan)) as SigningPlan
    const increment = signatureIncrement(plan, {
      name,
      at: '2026-11-27T18:00:00+08:00',
      contentsBytes: 8192,
      ...request,
    })
    const certificate = await pki.certificate(name)
    const chain = [await pki.certificate('inter')]
    const by = hostAlgorithm(algorithm)
    if (by === undefined) throw new Error(`${algorithm} is unknown`)
    const documentDigest = this.#digest(by.hash, increment)
    const attributes = signedAttributes({ certificate, documentDigest, hash: by.hash })
    const signature = await pki.sign(name, algorithm, attributes)
    const parts = { certificate, chain, signedAttributes: attributes, signature, algorithm: by }
    let cms = buildSignedData(parts)
    if (authority !== undefined) {
      const digest = createHash('sha256').update(signature).digest()
      cms = addSignatureTimestamp(cms, await tokenOf(authority, digest))
    }
    return this.#append(increment, cms)
  }

  async timestamp(authority: TimeAuthority, name: string): Promise<Signed> {
    const increment = documentTimestampIncrement(this.plan, { name, contentsBytes: 8192 })
    const token = await tokenOf(authority, this.#digest('sha256', increment))
    return this.#append(increment, token)
  }

  addProofs(request: ProofsRequest): void {
    const { bytes, nextPlan } = dssIncrement(this.plan, request)
    this.bytes = Buffer.concat([this.bytes, bytes])
    this.plan = nextPlan
  }

  #digest(hash: string, { before, after }: SignatureIncrement): Buffer {
    return createHash(hash).update(this.bytes).update(before).update(after).digest()
  }

  #append(increment: SignatureIncrement, cms: Uint8Array): Signed {
    const { contents, vriKey } = embedContents(increment.gap, cms)
    this.bytes = Buffer.concat([this.bytes, increment.before, contents, increment.after])
    this.plan = increment.nextPlan
    const signed = { ...increment, contents, cms, vriKey }
    this.signatures.push(signed)
    return signed
  }
}

async function tokenOf(authority: TimeAuthority, digest: Uint8Array): Promise<Uint8Array> {
  const request = timestampRequest({ hash: 'sha256', digest, nonce: randomBytes(12) })
  const response = readTimestampResponse(await authority.answer(request))
  const { token } = response as { readonly token?: Uint8Array }
  if (token === undefined) throw new Error('the authority gave no token')
  readSignedData(token)
  return token
}

/** poppler's verdict, under the root of `pki`. */
export async function pdfsig(pki: Pki, file: string): Promise<string> {
  const store = join(pki.folder, 'nss')
  await said('mkdir', '-p', store)
  await said('certutil', '-N', '-d', `sql:${store}`, '--empty-password')
  const root = join(pki.folder, 'root.pem')
  await said('certutil', '-A', '-d', `sql:${store}`, '-n', 'root', '-t', 'CT,C,C', '-i', root)
  return said('pdfsig', '-nssdir', `sql:${store}`, file)
}
