import { definePlugin } from '@signalbox/sdk'
import { createTestHost, type TestHost } from '@signalbox/sdk/testing'
import type { Test } from 'tap'
import type { DocumentPort } from '../../src/documents/document-port.ts'
import { envelopesJobs, envelopesService } from '../../src/envelopes-service.ts'
import { tenantDatabase } from '../tenant-database.ts'
import { type FakeDocuments, fakeDocuments } from './fake-documents.ts'

const folder = new URL('../..', import.meta.url)
const START = Date.UTC(2026, 2, 2, 1)
export const DAY = 86_400_000
const service = 'signature.envelopes'
const base64 = (text: string) => Buffer.from(text).toString('base64')
/** A PNG of nothing but its first bytes. */
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]).toString('base64')
export const as = (id: string) => ({ principal: { kind: 'user', id } as const })
const mei = as('mei')

type Input = Readonly<Record<string, unknown>>

export class Company {
  readonly host: TestHost
  readonly documents: FakeDocuments
  readonly database: Awaited<ReturnType<typeof tenantDatabase>>
  constructor(host: TestHost, documents: FakeDocuments, database: Company['database']) {
    this.host = host
    this.documents = documents
    this.database = database
  }

  call<Answer = Record<string, unknown>>(
    operation: string,
    input: Input,
    who = mei,
  ): Promise<Answer> {
    return this.host.call<Answer>(service, operation, input, who)
  }

  /** What was last written to somebody. */
  letter(to: string): string {
    return this.host.messages.findLast((one) => one.to.includes(to))?.text ?? ''
  }

  link(to: string): string {
    const written = this.host.messages.filter((one) => one.to.includes(to))
    return written.flatMap(({ text }) => /https:\/\/\S+/.exec(text)?.[0] ?? []).at(-1) ?? ''
  }

  code(to: string): string {
    return /\b\d{6}\b/.exec(this.letter(to))?.[0] ?? ''
  }

  /** Opens his link and reads all documents to their end. */
  async open(to: string): Promise<View> {
    const view = await this.host.follow<View>(this.link(to))
    for (const { document } of view.documents)
      await this.host.follow(view.links['document'] ?? '', { document })
    return view
  }

  /** All that a person by mail does. */
  async sign(to: string, more: Input = {}): Promise<Record<string, unknown>> {
    const view = await this.open(to)
    if (view.links['code'] !== undefined)
      await this.host.follow(view.links['code'], { channel: 'mail' })
    return this.host.follow(view.links['sign'] ?? '', {
      ...this.agreement(view, this.code(to)),
      ...more,
    })
  }

  agreement(view: View, code: string): Input {
    return {
      identity: { proof: 'mail-code', code },
      documents: view.documents.map(({ document, sha256 }) => ({ document, sha256 })),
      consent: view.consent.version,
    }
  }

  async file(envelope: string, document = 'd1'): Promise<string> {
    const { content } = await this.call<{ content: string }>('readDocument', { envelope, document })
    return Buffer.from(content, 'base64').toString()
  }

  /** Day by day, with a job as its clock has it. */
  async days(count: number, job: string): Promise<void> {
    for (let day = 0; day < count; day += 1) {
      await this.host.advance(DAY)
      await this.host.runJob(job)
    }
  }

  events(type: string) {
    return this.host.published.filter((one) => one.type === `signature.${type}`)
  }
}

export interface View {
  readonly envelope: string
  readonly recipient: string
  readonly state: string
  readonly mayAct: boolean
  readonly consent: { readonly version: string }
  readonly documents: readonly { readonly document: string; readonly sha256: string }[]
  readonly links: Readonly<Record<string, string>>
}

export interface Shown {
  readonly envelope: string
  readonly state: string
  readonly revision: number
  readonly recipients: readonly {
    readonly recipient: string
    readonly state: string
    readonly mayAct: boolean
    readonly name: string
  }[]
  readonly documents: readonly {
    readonly sha256: string
    readonly revision: number
    readonly level?: string
  }[]
  readonly certificate?: string
}

let tenants = 0

export async function companies(t: Test) {
  const database = await tenantDatabase(t)
  return async (
    {
      fetch,
      ...more
    }: { fetch?: (request: Request) => Promise<Response>; config?: object; now?: number } = {},
    real?: DocumentPort,
  ): Promise<Company> => {
    const documents = fakeDocuments()
    const port = real ?? documents
    const plugin = definePlugin({
      services: { 'signature.envelopes': envelopesService(port) },
      jobs: envelopesJobs(port),
      selfTest: () => undefined,
    })
    const host = await createTestHost({
      ...{ folder, plugin, now: START, tenant: `t${++tenants}` },
      answers: {
        database,
        channels: { mail: () => ({ ok: true }), sms: () => ({ ok: true }) },
        ...(fetch === undefined ? {} : { fetch }),
      },
      ...more,
    })
    return new Company(host, documents, database)
  }
}

const label = { en: 'Party', 'zh-CN': '当事方' }
const at = { page: 1, x: 50, y: 50, width: 120, height: 40 }

/** Buyer and seller in turn; above a million a director too; the company's seal last. */
export async function defineSale(
  company: Company,
  more: Input = {},
  file = base64('%PDF-1.7 a contract'),
  image = PNG,
): Promise<void> {
  const { document } = await company.call<{ document: { sha256: string } }>('uploadDocument', {
    name: 'contract.pdf',
    content: file,
  })
  await company.call('defineSeal', {
    ...{ seal: 'acme-contract', holder: 'Acme', kind: 'contract', key: 'acme-seal', image },
    ...{ validFrom: '2026-01-01T00:00:00Z', validUntil: '2028-01-01T00:00:00Z' },
  })
  const place = (field: string, role: string, kind = 'signature') => ({ field, kind, role, at })
  await company.call('defineTemplate', {
    ...{ template: 'sale', title: 'Sale of goods', policy: 'standard' },
    documents: [
      {
        ...{ name: 'contract.pdf', sha256: document.sha256 },
        fields: [
          { field: 'amount', kind: 'number', required: true, at },
          { field: 'capitals', kind: 'amount-capitals', of: 'amount', at },
          { field: 'currency', kind: 'text' },
          { field: 'until', kind: 'date' },
          { field: 'place', kind: 'text', role: 'seller' },
          ...[place('buyer-signs', 'buyer'), place('seller-signs', 'seller')],
          ...[place('director-signs', 'director'), place('seal', 'company', 'seal')],
          { field: 'edges', kind: 'straddle-seal', role: 'company' },
        ],
      },
    ],
    roles: [
      { role: 'buyer', kind: 'signer', label },
      { role: 'seller', kind: 'signer', label },
      { role: 'director', kind: 'signer', label },
      { role: 'company', kind: 'seal', label },
    ],
    groups: [
      { group: 'parties', after: [], rule: 'all', roles: ['buyer', 'seller'] },
      {
        ...{ group: 'board', after: ['parties'], rule: 'all', roles: ['director'] },
        when: { match: 'all', rows: [{ field: 'amount', test: 'more-than', value: '1000000' }] },
      },
      { group: 'sealed', after: ['board'], rule: 'all', roles: ['company'] },
    ],
    contract: { amount: 'amount', currency: 'currency', endsOn: 'until' },
    ...more,
  })
}

export const people = [
  { role: 'buyer', name: 'Bo', email: 'bo@buyer.example', organisation: 'Buyer Ltd' },
  { role: 'seller', name: 'Si', email: 'si@seller.example', organisation: 'Seller AG' },
  { role: 'director', name: 'Di', email: 'di@seller.example', organisation: 'Seller AG' },
  { role: 'company', name: 'Acme', organisation: 'Acme', seal: 'acme-contract' },
]

export async function sent(company: Company, more: Input = {}): Promise<Shown> {
  const made = await company.call<Shown>('createFromTemplate', {
    ...{ template: 'sale', recipients: people, orderId: 'O-7' },
    data: { amount: '1000000.01', currency: 'CNY', until: '2026-06-01' },
    ...more,
  })
  return company.call<Shown>('send', { envelope: made.envelope })
}
