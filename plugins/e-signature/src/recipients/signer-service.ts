import { type Context, Refusal } from '@signalbox/sdk'
import { nowText } from '../calls/instant-text.ts'
import type { DocumentPort } from '../documents/document-port.ts'
import { decodeBase64 } from '../encoding/base64.ts'
import type { Change } from '../envelopes/change.ts'
import { agree, reject, requireTurn, signedBy } from '../envelopes/commands.ts'
import { type Delegate, delegate } from '../envelopes/delegate.ts'
import type { Envelope, Recipient, Signing } from '../envelopes/envelope.ts'
import { changeEnvelope, requireEnvelope } from '../envelopes/envelope-store.ts'
import { goOn, registered } from '../envelopes/go-on.ts'
import { later } from '../envelopes/later.ts'
import { requireValues } from '../templates/template.ts'
import { type GivenProof, type OtherProofs, type Proven, prove } from './prove.ts'
import { requireSigner, type SignerInput, signerName } from './signer.ts'
import { signerCode } from './signer-code.ts'
import { requireRevisions, signerDocument } from './signer-document.ts'
import { signerView } from './signer-view.ts'

interface SignInput extends SignerInput {
  readonly identity: GivenProof
  /** What he saw, by hash. */
  readonly documents: readonly { readonly document: string; readonly sha256: string }[]
  /** The version of the text that he agreed to. */
  readonly consent: string
  readonly values?: Readonly<Record<string, unknown>>
  /** A picture of his hand: PNG in base64. */
  readonly image?: string
  /** What his browser says of itself; nobody has checked it. */
  readonly client?: {
    readonly userAgent?: string
    readonly timeZone?: string
    readonly language?: string
  }
}

/**
 * A person signs: he has seen these files, agrees by this text, and shows who he is. From the moment that stands in the
 * tables his signature is made, here or by the job that goes on.
 */
const signerSign =
  (port: DocumentPort, others: OtherProofs) => async (input: SignInput, ctx: Context) => {
    const before = await requireEnvelope(ctx, input.envelope, true)
    const signer = requireSigner(before, input, ctx)
    if (signer.kind === 'seal')
      throw new Refusal('SEAL_NEEDS_PERSON', 'A seal is asked for by requestSeal.')
    requireTurn(before, signer)
    const seen = requireSeen(before, signer, input)
    await Promise.all([requireRevisions(ctx, input.envelope, seen), later(ctx, input.envelope)])
    const values = requireValues(
      before.documents.flatMap(({ fields }) => fields),
      input.values ?? {},
      signer.role,
    )
    const image = input.image === undefined ? undefined : await keepImage(input.image, ctx)
    // Last of all: a code is spent by it.
    const identity = { ...input.identity, seen: input.documents.map(({ sha256 }) => sha256) }
    const proof = await prove(before, { ...input, identity }, others, ctx)
    let refusal: Refusal | undefined
    const envelope = await changeEnvelope(
      ctx,
      input.envelope,
      (now) => {
        const one = requireSigner(now, input, ctx)
        requireTurn(now, one)
        const proven = proof(now)
        refusal = 'refusal' in proven ? proven.refusal : undefined
        if ('refusal' in proven) return proven.change
        return agreement(proven, { seen, values, image }, input, ctx)
      },
      (change) => registered(ctx, change),
      before,
    )
    if (refusal !== undefined) throw refusal
    const { recipient } = input
    return after(await goOn(ctx, port, input.envelope, { recipient, envelope }), input, ctx)
  }

interface Agreed {
  readonly seen: Signing['seen']
  readonly values: Envelope['values']
  readonly image: string | undefined
}

function agreement(
  { envelope, identity }: Extract<Proven, { readonly identity: object }>,
  { seen, values, image }: Agreed,
  input: SignInput,
  ctx: Context,
): Change {
  const one = requireSigner(envelope, input, ctx)
  const at = nowText(ctx)
  const { consent, client } = input
  const signing = {
    ...{ at, seen, identity, consent, done: [] },
    ...(image === undefined ? {} : { image }),
  }
  const change = agree(envelope, one, signing, values, { at, who: signerName(one, ctx) })
  return client === undefined ? change : { ...change, notes: withClient(change.notes, client) }
}

/** Beside what the host knows: words of a browser are words. */
function withClient<Kept extends { readonly what: string; readonly data: object }>(
  notes: readonly Kept[],
  client: object,
): readonly Kept[] {
  return notes.map((note) =>
    note.what === 'consented' ? { ...note, data: { ...note.data, toldByClient: client } } : note,
  )
}

/** @throws Refusal CONSENT_MISSING, DOCUMENT_NOT_SEEN */
function requireSeen(
  envelope: Envelope,
  signer: Recipient,
  { documents, consent }: SignInput,
): Readonly<Record<string, string>> {
  const { version } = envelope.policy.consent
  if (consent !== version) {
    throw new Refusal(
      'CONSENT_MISSING',
      `Agree to the text of version ${version}: send it as \`consent\`.`,
    )
  }
  const own = signedBy(envelope, signer)
  const needed = own.length === 0 ? envelope.documents : own
  for (const { document } of needed) {
    if (!documents.some((one) => one.document === document)) {
      throw new Refusal(
        'DOCUMENT_NOT_SEEN',
        `Say which file document ${document} was when you saw it.`,
      )
    }
    if (envelope.policy.mustRead && signer.read[document] === undefined) {
      throw new Refusal(
        'DOCUMENT_NOT_SEEN',
        `Open document ${document} to its end before you sign.`,
      )
    }
  }
  return Object.fromEntries(documents.map(({ document, sha256 }) => [document, sha256]))
}

/** The eight bytes of a PNG (ISO/IEC 15948, 5.2). */
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/** @throws Refusal IMAGE_INVALID */
export async function keepImage(
  content: string,
  { blobs }: Pick<Context, 'blobs'>,
): Promise<string> {
  const bytes = decodeBase64(content)
  if (bytes === undefined || !PNG.every((byte, index) => bytes[index] === byte)) {
    throw new Refusal('IMAGE_INVALID', '`image` is not base64 of a PNG.')
  }
  return (await blobs.put(bytes, { type: 'image/png' })).sha256
}

const signerReject =
  (port: DocumentPort) =>
  async (input: SignerInput & { readonly reason: string }, ctx: Context) => {
    await changeEnvelope(
      ctx,
      input.envelope,
      (now) => {
        const one = requireSigner(now, input, ctx)
        return reject(now, one, input.reason, { at: nowText(ctx), who: signerName(one, ctx) })
      },
      (change) => registered(ctx, change),
    )
    const { recipient } = input
    return after(await goOn(ctx, port, input.envelope, { recipient }), input, ctx)
  }

/** Somebody else signs in his place: his links end, and the other shows who he is himself. */
const signerDelegate =
  (port: DocumentPort) =>
  async (input: SignerInput & { readonly to: Delegate; readonly reason: string }, ctx: Context) => {
    let ended: readonly string[] = []
    const seen = await requireEnvelope(ctx, input.envelope)
    const { name } = requireSigner(seen, input, ctx)
    await changeEnvelope(ctx, input.envelope, (now) => {
      const one = requireSigner(now, input, ctx)
      ended = [...one.doors, ...one.links]
      return delegate(now, one, input.to, input.reason, {
        at: nowText(ctx),
        who: signerName(one, ctx),
      })
    })
    for (const id of ended) await ctx.links.revoke(id)
    const { envelope, recipient } = input
    const { state } = await goOn(ctx, port, envelope, { recipient })
    return { envelope, recipient, name, state, own: 'delegated' }
  }

function after(envelope: Envelope, input: SignerInput, ctx: Context) {
  const { recipient, name, state: own, signing } = requireSigner(envelope, input, ctx)
  return {
    envelope: envelope.envelope,
    recipient,
    name,
    state: envelope.state,
    own,
    isSigning: signing !== undefined,
  }
}

export function signerOperations(port: DocumentPort, others: OtherProofs) {
  return {
    signerView,
    signerDocument,
    signerCode,
    signerSign: signerSign(port, others),
    signerReject: signerReject(port),
    signerDelegate: signerDelegate(port),
  }
}
