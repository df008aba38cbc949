import { type Context, Refusal } from '@signalbox/sdk'
import { actorOf } from '../calls/actor.ts'
import { idOf, newId } from '../calls/ids.ts'
import { nowText } from '../calls/instant-text.ts'
import { readBlob } from '../documents/blob-parts.ts'
import type { DocumentPort } from '../documents/document-port.ts'
import { requirePolicyNamed } from '../policies/policy-service.ts'
import { requireUsable } from '../seals/seal.ts'
import { requireSeal } from '../seals/seal-store.ts'
import type { DocumentField } from '../signing/signing-plan.ts'
import type { Field, TemplateDocument } from '../templates/template.ts'
import { requireRow } from '../templates/template-service.ts'
import type { Envelope, EnvelopeDocument } from './envelope.ts'
import {
  findEnvelope,
  insertEnvelope,
  requireEnvelope,
  revisionStatement,
} from './envelope-store.ts'
import { drawnValues, type GivenRecipient, makeEnvelope } from './make-envelope.ts'

export interface CreateInput {
  readonly template: string
  readonly data?: Readonly<Record<string, unknown>>
  readonly recipients: readonly GivenRecipient[]
  readonly title?: string
  readonly orderId?: string
  readonly expiresAt?: string
  readonly policy?: string
  /** The caller's own name for this request: sent again, it makes nothing new. */
  readonly requestId?: string
}

/** A draft with its documents: values written in, and every place of a signature there before the first is made. */
export async function createEnvelope(
  ctx: Context,
  port: DocumentPort,
  input: CreateInput,
  by = actorOf(ctx),
): Promise<Envelope> {
  const { requestId } = input
  const id = requestId === undefined ? newId(ctx, 'env') : idOf(ctx, 'env', by, requestId)
  if (requestId !== undefined) {
    const known = await findEnvelope(ctx, { envelope: id })
    if (known !== undefined) return known
  }
  const { details: template, version } = await requireRow(ctx, input.template)
  const policy = await requirePolicyNamed(ctx, input.policy ?? template.policy)
  const at = nowText(ctx)
  const { title, orderId, expiresAt, data = {}, recipients } = input
  const wish = {
    ...{ envelope: id, version, at, by, data, recipients },
    ...(title === undefined ? {} : { title }),
    ...(orderId === undefined ? {} : { orderId }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
  const draft = makeEnvelope(template, policy, wish)
  const documents: EnvelopeDocument[] = []
  for (const [index, document] of template.documents.entries()) {
    documents.push(await prepare(ctx, port, draft, document, `d${index + 1}`))
  }
  const envelope = { ...draft, documents }
  const prepared = documents.map(({ document, name, sha256, pages }) => ({
    document,
    name,
    sha256,
    pages,
  }))
  const people = envelope.recipients.map(
    ({ recipient, role, kind, name, organisation, email }) => ({
      ...{ recipient, role, kind, name, organisation, email },
    }),
  )
  const change = {
    envelope,
    notes: [
      {
        what: 'created',
        who: by,
        data: {
          ...{
            title: envelope.title,
            template: envelope.template,
            values: envelope.values,
            recipients: people,
          },
          ...{
            documents: prepared,
            policy: { policy: policy.policy, proofs: policy.proofs, level: policy.level },
          },
        },
      },
    ],
    events: [],
  }
  const revisions = documents.map(({ document, sha256, size }) =>
    revisionStatement(ctx.tenant, { envelope: id, document, revision: 0, sha256, size, at }),
  )
  await insertEnvelope(ctx, change, revisions)
  return requireEnvelope(ctx, id)
}

async function prepare(
  ctx: Context,
  port: DocumentPort,
  envelope: Envelope,
  { name, sha256, fields }: TemplateDocument,
  document: string,
): Promise<EnvelopeDocument> {
  const here = fields.filter(
    ({ role }) => role === undefined || envelope.recipients.some((one) => one.role === role),
  )
  const names = new Set(here.map(({ field }) => field))
  const values = Object.entries(drawnValues(envelope.values)).filter(([field]) => names.has(field))
  for (const { field, kind, of = '' } of here) {
    const amount = envelope.values[of]
    if (kind === 'amount-capitals' && amount !== undefined) values.push([field, String(amount)])
  }
  const file = await port.prepare(
    {
      bytes: await readBlob(ctx, sha256),
      fields: here.flatMap((field) => drawnField(field, envelope)),
      values: Object.fromEntries(values),
      seals: await sealsOf(ctx, envelope, here),
      signers: envelope.recipients.map((one) => ({ id: one.role, name: one.name })),
      texts: envelope.recipients.flatMap(({ organisation }) => organisation ?? []),
    },
    ctx,
  )
  const { sha256: prepared, size, pages, plan } = file
  return { document, name, sha256: prepared, size, pages, revision: 0, fields: here, plan }
}

const KINDS = {
  signature: 'signature',
  seal: 'signature',
  'straddle-seal': 'straddle',
  text: 'text',
  date: 'date',
  number: 'number',
  checkbox: 'checkbox',
  'amount-capitals': 'amount',
} as const satisfies Record<Field['kind'], DocumentField['kind']>

/** A field as it stands on pages; those that only decide conditions stand on none. */
function drawnField(
  { field, kind, role, at }: Field,
  { recipients }: Envelope,
): readonly DocumentField[] {
  if (at === undefined && kind !== 'straddle-seal') return []
  const seal = recipients.find((one) => one.role === role)?.seal
  return [
    {
      ...{ name: field, kind: KINDS[kind] },
      ...(at === undefined ? {} : { at }),
      ...(role === undefined ? {} : { signer: role }),
      ...(seal === undefined ? {} : { seal }),
    },
  ]
}

/** Pictures of the seals that stand in these fields: in the file from the start, on the pages once they are used. */
async function sealsOf(ctx: Context, { recipients }: Envelope, fields: readonly Field[]) {
  const names = new Set(
    recipients.flatMap(({ role, seal }) =>
      fields.some((one) => one.role === role) ? (seal ?? []) : [],
    ),
  )
  return Promise.all(
    [...names].map(async (name) => {
      const seal = await requireSeal(ctx, name)
      requireUsable(seal, nowText(ctx))
      return { name, image: await readBlob(ctx, seal.image) }
    }),
  )
}

/** @throws Refusal ENVELOPE_UNKNOWN */
export async function requireOne(
  ctx: Context,
  { envelope, orderId }: { readonly envelope?: string; readonly orderId?: string },
): Promise<Envelope> {
  if (envelope !== undefined) return requireEnvelope(ctx, envelope)
  const found = orderId === undefined ? undefined : await findEnvelope(ctx, { orderId })
  if (found !== undefined) return found
  throw new Refusal(
    'ENVELOPE_UNKNOWN',
    orderId === undefined ? 'Name an envelope or an order.' : `No envelope is of order ${orderId}.`,
  )
}
