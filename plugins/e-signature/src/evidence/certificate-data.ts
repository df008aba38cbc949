import type { Envelope, Recipient } from '../envelopes/envelope.ts'
import type { Proof } from '../policies/policy.ts'
import type { Entry } from './chain.ts'

/** What a signature is by Regulation (EU) No 910/2014, article 3 (10) and (11), and no more than the proofs carry. */
export type Assurance = 'simple' | 'advanced'

export interface CertificateSigner {
  readonly recipient: string
  readonly name: string
  readonly role: string
  readonly kind: string
  readonly organisation?: string
  readonly email?: string
  readonly state: string
  readonly viewedAt?: string
  readonly at?: string
  readonly proof?: Proof
  readonly provedBy?: string
  readonly provedAt?: string
  readonly assurance?: Assurance
  /** Of a seal: who asked for it and who let it be used, two persons. */
  readonly seal?: { readonly seal: string; readonly askedBy: string; readonly approvedBy: string }
}

/** What the certificate of completion says; what draws it adds nothing. */
export interface CertificateData {
  readonly envelope: string
  readonly title: string
  readonly orderId?: string
  readonly createdBy: string
  readonly createdAt: string
  readonly sentAt?: string
  readonly completedAt?: string
  readonly consent: { readonly version: string; readonly en: string; readonly 'zh-CN': string }
  readonly documents: readonly {
    readonly name: string
    readonly sha256: string
    readonly pages: number
    readonly revision: number
    readonly level?: string
  }[]
  readonly signers: readonly CertificateSigner[]
  /** Of the chain: whoever has it can see whether an entry was changed or cut off. */
  readonly head: { readonly entries: number; readonly hash: string }
  readonly entries: readonly Entry[]
}

export function certificateData(envelope: Envelope, entries: readonly Entry[]): CertificateData {
  const { orderId, sentAt, completedAt, policy, head } = envelope
  return {
    ...{ envelope: envelope.envelope, title: envelope.title },
    ...(orderId === undefined ? {} : { orderId }),
    ...{ createdBy: envelope.createdBy, createdAt: envelope.createdAt },
    ...(sentAt === undefined ? {} : { sentAt }),
    ...(completedAt === undefined ? {} : { completedAt }),
    consent: policy.consent,
    documents: envelope.documents.map(({ name, sha256, pages, revision, level }) => ({
      ...{ name, sha256, pages, revision },
      ...(level === undefined ? {} : { level }),
    })),
    signers: envelope.recipients.map((one) => signerOf(one, entries)),
    head: { entries: head.seq, hash: head.hash },
    entries,
  }
}

function signerOf(one: Recipient, entries: readonly Entry[]): CertificateSigner {
  const { identity, organisation, email, viewedAt, at } = one
  const approved = entries.findLast(
    ({ what, data }) => what === 'seal-approved' && data['recipient'] === one.recipient,
  )
  const { sealRequest } = one
  return {
    ...{
      recipient: one.recipient,
      name: one.name,
      role: one.role,
      kind: one.kind,
      state: one.state,
    },
    ...(organisation === undefined ? {} : { organisation }),
    ...(email === undefined ? {} : { email }),
    ...(viewedAt === undefined ? {} : { viewedAt }),
    ...(at === undefined ? {} : { at }),
    ...(identity === undefined
      ? {}
      : {
          ...{ proof: identity.proof, provedBy: identity.by, provedAt: identity.at },
          assurance: assuranceOf(identity.proof),
        }),
    ...(approved === undefined || sealRequest === undefined
      ? {}
      : { seal: { seal: sealRequest.seal, askedBy: sealRequest.by, approvedBy: approved.who } }),
  }
}

/** A link alone shows that somebody had the message, and not who: it is never called advanced. */
function assuranceOf(proof: Proof): Assurance {
  return proof === 'link' ? 'simple' : 'advanced'
}
