import type { Context } from '@signalbox/sdk'
import { buildSignedData, signedAttributes } from '../cms/build-signed-data.ts'
import { hostAlgorithm } from '../cms/signature-algorithms.ts'
import { fromHex } from '../der/bytes.ts'
import type { Signature } from '../envelopes/commands.ts'
import { embedContents } from '../signing/embed-contents.ts'
import { withContainer } from '../signing/plan-containers.ts'
import { signatureIncrement } from '../signing/signature-increment.ts'
import type { SignatureIncrement, SigningPlan } from '../signing/signing-plan.ts'
import { encodeBase64 } from './base64.ts'
import { readBlob } from './blob-parts.ts'
import type { SigningWish } from './document-port.ts'
import { fontBytes } from './font.ts'
import type { Signer, SigningKeys } from './signing-keys.ts'
import { type Stamp, timeStamp } from './time-stamps.ts'

/** Four certificates of RSA-4096 with a time stamp and its own two have some 14 KB. */
const CONTENTS_BYTES = 20_000
export const PDF = 'application/pdf'

/**
 * One signature: the increment is written from the plan, the host puts it behind the file and tells the digest of what is
 * covered, signs the attributes that state it, and puts the container into the gap. The file never comes here.
 */
export async function signDocument(
  keys: SigningKeys,
  wish: SigningWish,
  ctx: Context,
): Promise<Signature> {
  const { document, field } = wish
  const signer = await keys(wish, ctx)
  const increment = signatureIncrement(document.plan as SigningPlan, await requestOf(wish, ctx))
  const covered = await coveredBy(document.sha256, increment, signer, ctx)
  try {
    const attributes = signedAttributes({
      ...{
        certificate: signer.certificate,
        hash: signer.hash,
        documentDigest: fromHex(covered.digest),
      },
    })
    const signed = await signer.sign({
      ...{ signedAttributes: attributes, documentSha256: covered.sha256, digest: covered.digest },
    })
    const algorithm = hostAlgorithm(signed.algorithm)
    if (algorithm === undefined) throw new Error(`the host signed by ${signed.algorithm}`)
    const stamp = await stampFor(wish, signed.signature, ctx)
    const cms = buildSignedData({
      ...{
        certificate: signer.certificate,
        chain: signer.chain,
        signedAttributes: attributes,
        algorithm,
      },
      ...{
        signature: signed.signature,
        ...(stamp === undefined ? {} : { timestamp: stamp.token }),
      },
    })
    const embedded = embedContents(increment.gap, cms)
    const { contents } = embedded
    const plan = withContainer(increment, embedded, { field, kind: 'signature' })
    const parts = [{ sha256: document.sha256 }, increment.before, contents, increment.after]
    const { sha256, size } = await ctx.blobs.compose(parts, { type: PDF })
    return {
      ...{ sha256, size, plan, field },
      level: stamp === undefined ? 'B-B' : 'B-T',
      certificate: encodeBase64(signer.certificate.der),
      ...(stamp === undefined ? {} : { stampedAt: stamp.at }),
    }
  } finally {
    // What was covered, without its signature, is no document of anybody.
    await ctx.blobs.delete(covered.sha256)
  }
}

async function requestOf(
  { envelope, recipient, document, field, at, by }: SigningWish,
  ctx: Context,
) {
  const { name, role, signing } = recipient
  const plan = document.plan as SigningPlan
  const own = new Set(plan.fields.filter((one) => one.signer === role).map((one) => one.name))
  const values = Object.entries(envelope.values).filter(([key]) => own.has(key))
  const image = signing?.image === undefined ? {} : { image: await readBlob(ctx, signing.image) }
  const stamp = by.kind === 'seal' ? {} : { stamp: { lines: stampLines(name, at), ...image } }
  return {
    ...{ field, name: by.kind === 'seal' ? by.holder : name, at, contentsBytes: CONTENTS_BYTES },
    ...stamp,
    values: Object.fromEntries(
      values.map(([key, value]) => [key, typeof value === 'boolean' ? value : String(value)]),
    ),
    certify: plan.signed.length === 0 && !plan.isCertified,
    font: await fontBytes(ctx),
  }
}

function stampLines(name: string, at: string): readonly string[] {
  return [`签署人：${name}`, `时间：${at.slice(0, 19).replace('T', ' ')} UTC`]
}

/** What the signature is over, as a file that the host has: it signs for no other. */
async function coveredBy(
  previous: string,
  { before, after }: SignatureIncrement,
  { hash }: Signer,
  ctx: Context,
) {
  const parts = [{ sha256: previous }, before, after]
  if (hash === 'sha256') {
    const { sha256 } = await ctx.blobs.compose(parts, { type: PDF })
    return { sha256, digest: sha256 }
  }
  const asked = hash as 'sha384' | 'sha512' | 'sm3'
  const { sha256, digests = {} } = await ctx.blobs.compose(parts, { type: PDF, digests: [asked] })
  return { sha256, digest: digests[asked] ?? '' }
}

/** @throws Refusal TIMESTAMP_UNAVAILABLE under the policy `refuse` */
async function stampFor(
  { level, onTimestampDown, document }: SigningWish,
  signature: Uint8Array,
  ctx: Context,
): Promise<Stamp | undefined> {
  if (level === 'B-B') return undefined
  try {
    return await timeStamp(fromHex(ctx.hash('SHA-256', signature)), ctx)
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string }
    if (onTimestampDown === 'refuse' || code !== 'TIMESTAMP_UNAVAILABLE') throw error
    ctx.log.warn('signed without a time stamp', { document: document.document, why: message ?? '' })
    return undefined
  }
}
