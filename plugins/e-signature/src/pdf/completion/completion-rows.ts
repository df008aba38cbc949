import { type CompletionLanguage, completionWords } from './completion-words.ts'

export interface CompletionFacts {
  readonly language: CompletionLanguage
  readonly envelope: string
  readonly subject: string
  readonly sender: string
  /** Instants are shown as they are given: with their offsets. */
  readonly completedAt: string
  readonly documents: readonly {
    readonly name: string
    readonly pages: number
    readonly sha256: string
  }[]
  readonly recipients: readonly {
    readonly name: string
    readonly role: string
    readonly organisation?: string
    /** How it was made sure who it is, such as "one-time code to +86 138****0000". */
    readonly identified: string
    readonly viewedAt?: string
    readonly signedAt?: string
    /** Who the certificate names, and by whom it was issued. */
    readonly certificate?: string
  }[]
  /** In their order; what happened in words of the reader. */
  readonly trail: readonly { readonly at: string; readonly actor: string; readonly what: string }[]
  readonly chainHead: string
  readonly evidence: { readonly name: string; readonly bytes: Uint8Array }
}

export type Row =
  | { readonly kind: 'title' | 'heading' | 'name'; readonly text: string }
  | { readonly kind: 'pair'; readonly label: string; readonly text: string }

/** What the certificate says, from top to bottom. */
export function completionRows(facts: CompletionFacts): readonly Row[] {
  const words = completionWords[facts.language]
  const pair = (label: string, text: string | undefined): Row[] =>
    text === undefined ? [] : [{ kind: 'pair', label, text }]
  return [
    { kind: 'title', text: words.title },
    ...pair(words.envelope, facts.envelope),
    ...pair(words.subject, facts.subject),
    ...pair(words.sender, facts.sender),
    ...pair(words.completedAt, facts.completedAt),
    { kind: 'heading', text: words.documents },
    ...facts.documents.flatMap(({ name, pages, sha256 }): Row[] => [
      { kind: 'name', text: `${name} (${pages} ${words.pages})` },
      ...pair(words.sha256, sha256),
    ]),
    { kind: 'heading', text: words.recipients },
    ...facts.recipients.flatMap((recipient): Row[] => [
      { kind: 'name', text: recipient.name },
      ...pair(words.role, recipient.role),
      ...pair(words.organisation, recipient.organisation),
      ...pair(words.identified, recipient.identified),
      ...pair(words.viewedAt, recipient.viewedAt),
      ...pair(words.signedAt, recipient.signedAt),
      ...pair(words.certificate, recipient.certificate),
    ]),
    { kind: 'heading', text: words.trail },
    ...facts.trail.flatMap(({ at, actor, what }) => pair(at, `${actor}: ${what}`)),
    { kind: 'heading', text: words.chainHead },
    ...pair(words.sha256, facts.chainHead),
    { kind: 'name', text: `${words.attached} ${facts.evidence.name}` },
  ]
}
