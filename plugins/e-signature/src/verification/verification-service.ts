import { type Context, Refusal } from '@signalbox/sdk'
import { fromBase64 } from '../certificates/pem.ts'
import { type TrustConfig, trustAnchorsOf } from '../certificates/trust-anchors.ts'
import { readOrNothing } from '../der/malformed.ts'
import { blobBytes } from './blob-bytes.ts'
import { toldReport } from './told-report.ts'
import { verifyPdf } from './verify-pdf.ts'

type Port = Pick<Context<TrustConfig>, 'blobs' | 'config' | 'hash' | 'now'>

async function verify({ blob }: { readonly blob: string }, ctx: Port) {
  return report(ctx, await blobBytes(ctx, blob), blob)
}

/** What somebody holds in their hands, and nobody keeps. */
async function verifyUpload({ content }: { readonly content: string }, ctx: Port) {
  const bytes = bytesOf(content)
  return report(ctx, bytes, ctx.hash('SHA-256', bytes))
}

/** Steps of a check in one turn: each takes some milliseconds, and a turn may take two seconds. */
const stepsATurn = 4

async function report(ctx: Port, bytes: Uint8Array, sha256: string) {
  const anchors = trustAnchorsOf(ctx.config)
  const steps = verifyPdf({ bytes, anchors, now: ctx.now() })
  for (let count = 1; ; count++) {
    const step = steps.next()
    if (step.done === true) return toldReport(step.value, sha256)
    if (count % stepsATurn === 0) await new Promise((resolve) => setTimeout(resolve, 0))
  }
}

function bytesOf(content: string): Uint8Array {
  const bytes = readOrNothing(() => fromBase64(content))
  if (bytes !== undefined) return bytes
  throw new Refusal('DOCUMENT_NOT_BASE64', 'Send the file in base64.')
}

export const verificationService = { verify, verifyUpload }
