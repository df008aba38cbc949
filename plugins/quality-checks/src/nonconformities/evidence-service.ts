import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { nowText } from '../calls/instant-text.ts'
import { decodeBase64, encodeBase64 } from '../stored-files/base64.ts'
import {
  changeNonconformity,
  requireNonconformity,
  type ServicePort,
} from './change-nonconformity.ts'
import type { StepId } from './eight-d-steps.ts'
import type { Evidence } from './nonconformity.ts'
import { stepOf, withEvidence } from './steps.ts'

interface EvidenceInput {
  readonly id: string
  readonly revision: number
  readonly step: StepId
  readonly kind: Evidence['kind']
  /** Words, an address, or the SHA-256 of a file that is there. */
  readonly value?: string
  readonly title?: string
  /** A file that is not there yet, in base64. */
  readonly content?: string
  readonly type?: string
}

type FilePort = ServicePort & Pick<Context, 'blobs'>

export async function addEvidence(input: EvidenceInput, ctx: FilePort) {
  const { id, revision, step, kind, title } = input
  const value = await evidenceValue(input, ctx)
  const evidence: Evidence = {
    ...{ kind, value, ...(title === undefined ? {} : { title }) },
    ...{ by: actorOf(ctx), at: nowText(ctx) },
  }
  const saved = await changeNonconformity(ctx, () => requireNonconformity(ctx, id), {
    ...{ revision, command: 'addEvidence', details: { step, kind, value } },
    apply: (one) => withEvidence(one, step, evidence),
  })
  return { id: saved.id, number: saved.number, revision: saved.revision, state: saved.state }
}

const isAddress = /^https?:\/\/[^\s]+$/

/** @throws EVIDENCE_INVALID */
async function evidenceValue(input: EvidenceInput, { blobs }: FilePort): Promise<string> {
  const { kind, value, content, type = 'application/octet-stream' } = input
  if (kind === 'blob' && content !== undefined) {
    const bytes = decodeBase64(content)
    if (bytes === undefined) throw new Refusal('EVIDENCE_INVALID', '`content` is not base64.')
    return (await blobs.put(bytes, { type })).sha256
  }
  if (value === undefined || value.trim() === '') {
    throw new Refusal('EVIDENCE_INVALID', 'Give `value`, or for a file `content`.')
  }
  if (kind === 'link' && !isAddress.test(value)) {
    throw new Refusal('EVIDENCE_INVALID', 'A link begins with https:// or http://.')
  }
  if (kind === 'blob' && (await blobs.stat(value)) === null) {
    throw new Refusal('EVIDENCE_INVALID', `There is no file ${value}; send it as \`content\`.`)
  }
  return value
}

/** A file of a step, in base64; no other file of the plugin. @throws EVIDENCE_INVALID */
export async function evidenceFile(
  { id, step, sha256 }: { readonly id: string; readonly step: StepId; readonly sha256: string },
  ctx: FilePort,
) {
  const { evidence } = stepOf(await requireNonconformity(ctx, id), step)
  const found = evidence.find(({ kind, value }) => kind === 'blob' && value === sha256)
  const head = found === undefined ? null : await ctx.blobs.stat(sha256)
  if (head === null) {
    throw new Refusal('EVIDENCE_INVALID', `${step} of ${id} has no file ${sha256}.`)
  }
  return { type: head.type, content: encodeBase64(await ctx.blobs.get(sha256)) }
}
