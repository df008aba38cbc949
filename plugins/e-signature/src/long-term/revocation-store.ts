import type { Context } from '@signalbox/sdk'
import { digest } from '../algorithms/digests.ts'
import { nowText } from '../calls/instant-text.ts'
import type { Certificate } from '../certificates/certificate.ts'
import { type Crl, readCrl } from '../certificates/crl.ts'
import type { Name } from '../certificates/names.ts'
import { type BasicResponse, readOcspResponse } from '../certificates/ocsp-response.ts'
import { toHex } from '../der/bytes.ts'
import { readOrNothing } from '../der/malformed.ts'
import { readBlob, writeBlob } from '../documents/blob-parts.ts'
import type { Evidence } from './link-proof.ts'

/** A list of so many bytes has some 25,000 revoked certificates; it goes into each document that it proves something of. */
export const MAX_ANSWER_BYTES = 1024 * 1024
/** For documents that were signed before an answer ended, and are proven after. */
const KEPT_AFTER_MS = 30 * 86_400_000

export type Answer =
  | { readonly kind: 'crl'; readonly crl: Crl; readonly issuer: string }
  | {
      readonly kind: 'ocsp'
      readonly response: BasicResponse
      readonly about: Certificate
      readonly thisUpdate: number
      readonly nextUpdate: number
    }

interface AnswerRow {
  readonly sha256: string
  readonly kind: 'crl' | 'ocsp'
}

function subjectOfIssuer({ bytes }: Name): string {
  return toHex(digest('sha256', bytes))
}

export function subjectOfCertificate({ der }: Certificate): string {
  return toHex(digest('sha256', der))
}

/** All that is kept of some certificates and of lists of their issuers. */
export async function keptEvidence(
  ctx: Context,
  certificates: readonly Certificate[],
): Promise<Evidence> {
  const subjects = certificates.flatMap((one) => [
    subjectOfCertificate(one),
    subjectOfIssuer(one.issuer),
  ])
  const { rows } = await ctx.db.query<AnswerRow>(
    `select sha256, kind from revocation_answers where tenant = $1 and subject = any($2)
      order by next_update desc, sha256 limit 200`,
    [ctx.tenant, [...new Set(subjects)]],
  )
  const [crls, responses]: [Crl[], BasicResponse[]] = [[], []]
  for (const { sha256, kind } of rows) {
    const bytes = await readBlob(ctx, sha256)
    if (kind === 'crl') crls.push(readCrl(bytes))
    else responses.push(...basicOf(bytes))
  }
  return { crls, responses }
}

/** None where it is a refusal, or nothing that can be read. */
export function basicOf(bytes: Uint8Array): BasicResponse[] {
  const response = readOrNothing(() => readOcspResponse(bytes))
  return response?.status === 'successful' ? [response.basic] : []
}

export async function keepAnswer(
  ctx: Context,
  answer: Answer,
  from: { readonly address: string | null; readonly by: string },
): Promise<string> {
  const bytes = answer.kind === 'crl' ? answer.crl.der : answer.response.der
  const { sha256, size } = await writeBlob(ctx, bytes, 'application/octet-stream')
  const own = partsOf(answer)
  const times = [own.thisUpdate, own.nextUpdate].map((at) => new Date(at).toISOString())
  await ctx.db.query(
    `insert into revocation_answers (tenant, sha256, kind, subject, issuer, address, this_update, next_update, size, kept_at, kept_by)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (tenant, sha256) do nothing`,
    [
      ...[ctx.tenant, sha256, answer.kind, own.subject, own.issuer, from.address, ...times],
      ...[size, nowText(ctx), from.by],
    ],
  )
  return sha256
}

function partsOf(answer: Answer) {
  if (answer.kind === 'crl') {
    const { crl, issuer } = answer
    const { thisUpdate, nextUpdate = thisUpdate } = crl
    return { subject: subjectOfIssuer(crl.issuer), issuer, thisUpdate, nextUpdate }
  }
  const { about, thisUpdate, nextUpdate } = answer
  return {
    ...{ subject: subjectOfCertificate(about), issuer: about.issuer.text.slice(0, 1000) },
    ...{ thisUpdate, nextUpdate },
  }
}

/** What ended long ago proves nothing of what is signed now; what a document needed of it stands in the document. */
export async function forgetOld(ctx: Context): Promise<void> {
  const { rows } = await ctx.db.query<AnswerRow>(
    `delete from revocation_answers where tenant = $1 and sha256 in (
      select sha256 from revocation_answers where tenant = $1 and next_update < $2 order by next_update limit 50)
      returning sha256, kind`,
    [ctx.tenant, new Date(ctx.now() - KEPT_AFTER_MS).toISOString()],
  )
  for (const { sha256 } of rows) await ctx.blobs.delete(sha256)
}
