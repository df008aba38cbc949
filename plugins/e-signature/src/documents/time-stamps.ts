import { type Context, Refusal } from '@signalbox/sdk'
import { trustAnchorsOf } from '../certificates/trust-anchors.ts'
import { settingsOf } from '../settings.ts'
import { timestampRequest } from '../timestamps/timestamp-request.ts'
import { readTimestampResponse } from '../timestamps/timestamp-response.ts'
import { readTimestampToken } from '../timestamps/timestamp-token.ts'
import { type TimestampVerdict, verifyTimestamp } from '../timestamps/verify-timestamp.ts'

export interface Stamp {
  /** TimeStampToken, DER. */
  readonly token: Uint8Array
  /** RFC 3339. */
  readonly at: string
}

const NONCE_BYTES = 16

/** How far an authority and the host may be apart: further off, one of them tells a wrong time. */
const MAX_APART_MS = 5 * 60_000

/**
 * A time stamp of the tenant's authority over bytes, of which it gets the SHA-256 (RFC 3161 §2.4, §3.4). The answer is held to the nonce, the imprint and
 * the purpose of its certificate, and to the tenant's trust anchors where there are any; without them it is trusted by its address, which the tenant named.
 * @throws Refusal TIMESTAMP_UNAVAILABLE, TRUST_ANCHOR_INVALID
 */
export async function timeStamp(imprint: Uint8Array, ctx: Context): Promise<Stamp> {
  const settings = settingsOf(ctx.config)
  const { timestamps } = settings
  if (timestamps === undefined) throw unavailable('no time-stamping authority is set')
  const anchors = trustAnchorsOf(settings)
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES))
  const body = timestampRequest({ hash: 'sha256', digest: imprint, nonce })
  const answer = await posted(timestamps.url, body)
  try {
    const response = readTimestampResponse(answer)
    if (!response.granted) throw unavailable(`it answered ${response.status}: ${response.text}`)
    const token = readTimestampToken(response.token)
    const now = ctx.now()
    const verdict = verifyTimestamp(token, {
      ...{ covered: { digest: imprint }, intermediates: [], anchors, now, nonce },
    })
    const fault = verdict.faults.find((one) => one !== 'untrusted')
    if (fault !== undefined) throw unavailable(`its time stamp is not sound: ${fault}`)
    if (anchors.length > 0 && !verdict.valid)
      throw unavailable(`none of the trust anchors vouches for it: ${reasonsOf(verdict)}`)
    if (Math.abs(verdict.time - now) > MAX_APART_MS)
      throw unavailable('its clock and the host’s are more than five minutes apart')
    return { token: token.der, at: new Date(verdict.time).toISOString() }
  } catch (error) {
    if ((error as { code?: string }).code === 'TIMESTAMP_UNAVAILABLE') throw error
    throw unavailable('what it answered is no time stamp')
  }
}

function reasonsOf({ path }: TimestampVerdict): string {
  return path?.reasons.map(({ code, subject }) => `${subject}: ${code}`).join('; ') ?? 'no chain'
}

async function posted(url: string, body: Uint8Array): Promise<Uint8Array> {
  let answer: Response
  try {
    const headers = { 'content-type': 'application/timestamp-query' }
    answer = await fetch(url, { method: 'POST', headers, body: new Uint8Array(body) })
  } catch (error) {
    const { code = 'failed' } = error as { code?: string }
    throw unavailable(`it does not answer (${code})`)
  }
  if (!answer.ok) throw unavailable(`it answered with status ${answer.status}`)
  return new Uint8Array(await answer.arrayBuffer())
}

function unavailable(why: string): Refusal {
  return new Refusal('TIMESTAMP_UNAVAILABLE', `No time stamp is to be had: ${why}.`)
}
