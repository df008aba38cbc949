import type { Browser } from './browser.ts'
import type { Company } from './company.ts'
import { person } from './people.ts'
import { samplePdf, sampleSeal } from './sample-contract.ts'

export const envelopes = 'signature.envelopes@1'
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const label = { en: 'Party', 'zh-CN': '当事方' }

export const buyer = {
  role: 'buyer',
  name: '李娜',
  email: 'li@buyer.example',
  organisation: '买方',
}
export const seller = {
  ...{ role: 'seller', name: 'Bob Li', email: 'bob@dongchen.example', organisation: '东辰制造' },
}
const organisation = { role: 'company', name: '东辰制造' }

export interface ContractWish {
  readonly template?: string
  readonly pages?: number
  /** Bytes that the file has besides, as pictures would. */
  readonly ballast?: number
  readonly policy?: string
  /** What its pages say in a font that the file does not bring. */
  readonly chinese?: string
  readonly title?: string
  /** Whether the company's seal comes last. */
  readonly isSealed?: boolean
  readonly seal?: string
  /** Of the buyer, as the sender wrote it. */
  readonly name?: string
}

/** A user of the company who may use seals. */
export async function sealKeeper(company: Company, login: string): Promise<Browser> {
  const { host, admin, tenant } = company
  await admin.request('PUT', `/v1/roles/keepers?tenant=${tenant}`, {
    ...{ name: 'Keepers', permissions: ['signature.read', 'signature.seal'] },
  })
  return (await person(host.url, admin, { tenant, login, roles: ['keepers'] })).browser
}

/** The picture of the company's seal, by which a key of the tenant signs. */
export async function defineSeal(company: Company, key: string, seal = 'contract'): Promise<void> {
  await company.ask(envelopes, 'defineSeal', {
    ...{ seal, holder: '东辰制造', kind: 'contract', key },
    ...{ image: base64(sampleSeal(120)), validFrom: '2020-01-01T00:00:00Z' },
    ...{ validUntil: '2100-01-01T00:00:00Z' },
  })
}

/** A contract of sale in Chinese: buyer and seller in any order, then the seal. @returns the file that was sent */
export async function defineContract(company: Company, wish: ContractWish = {}): Promise<Buffer> {
  const { template = 'sale', pages = 3, ballast = 0, policy = 'standard', isSealed = true } = wish
  const { title = '买卖合同', chinese } = wish
  const texts = Array.from({ length: pages }, (_, index) => `Clause ${index + 1}`)
  const file = samplePdf({ pages: texts, ballast, ...(chinese === undefined ? {} : { chinese }) })
  const { document } = await company.ask(envelopes, 'uploadDocument', {
    ...{ name: '买卖合同.pdf', content: base64(file) },
  })
  const at = (y: number, x = 60) => ({ page: 1, x, y, width: 200, height: 56 })
  const line = (y: number) => ({ page: 1, x: 60, y, width: 400, height: 20 })
  const sealed = [
    {
      field: 'seal',
      kind: 'seal',
      role: 'company',
      at: { ...at(560, 330), width: 110, height: 110 },
    },
    ...(pages > 1 ? [{ field: 'edges', kind: 'straddle-seal', role: 'company' }] : []),
  ]
  const parties = ['buyer', 'seller'].map((role) => ({ role, kind: 'signer', label }))
  await company.ask(envelopes, 'defineTemplate', {
    ...{ template, title, policy },
    documents: [
      {
        ...{ name: '买卖合同.pdf', sha256: document.sha256 },
        fields: [
          { field: 'subject', kind: 'text', at: line(120) },
          { field: 'amount', kind: 'number', required: true, at: line(150) },
          { field: 'capitals', kind: 'amount-capitals', of: 'amount', at: line(180) },
          { field: 'place', kind: 'text', role: 'buyer', at: line(210) },
          { field: 'buyer-signs', kind: 'signature', role: 'buyer', at: at(400) },
          { field: 'seller-signs', kind: 'signature', role: 'seller', at: at(480) },
          ...(isSealed ? sealed : []),
        ],
      },
    ],
    roles: [...parties, ...(isSealed ? [{ role: 'company', kind: 'seal', label }] : [])],
    groups: [
      { group: 'parties', after: [], rule: 'all', roles: ['buyer', 'seller'] },
      ...(isSealed
        ? [{ group: 'sealed', after: ['parties'], rule: 'all', roles: ['company'] }]
        : []),
    ],
    contract: { amount: 'amount' },
  })
  return file
}

/** A sheet that a quality manager signs for each certificate of analysis. */
export async function defineCertificate(company: Company): Promise<void> {
  const file = samplePdf({ pages: ['Certificate of analysis'] })
  const { document } = await company.ask(envelopes, 'uploadDocument', {
    ...{ name: 'coa.pdf', content: base64(file) },
  })
  const line = (y: number, height = 20) => ({ page: 1, x: 60, y, width: 400, height })
  const fields = ['certificate', 'lot', 'item', 'sha256', 'issuedAt'].map((field, index) => ({
    ...{ field, kind: field === 'issuedAt' ? 'date' : 'text', at: line(120 + 24 * index) },
  }))
  const signs = { field: 'signs', kind: 'signature', role: 'manager', at: line(400, 60) }
  await company.ask(envelopes, 'defineTemplate', {
    ...{ template: 'coa', title: '质量证书', policy: 'standard' },
    documents: [{ name: 'coa.pdf', sha256: document.sha256, fields: [...fields, signs] }],
    roles: [{ role: 'manager', kind: 'signer', label }],
    groups: [{ group: 'quality', after: [], rule: 'all', roles: ['manager'] }],
  })
}

/** A page that wants nothing but the company's seal. */
export async function defineSealed(company: Company): Promise<void> {
  const file = samplePdf({ pages: ['Statement'] })
  const { document } = await company.ask(envelopes, 'uploadDocument', {
    ...{ name: 'statement.pdf', content: base64(file) },
  })
  const place = { page: 1, x: 60, y: 400, width: 110, height: 110 }
  const seal = { field: 'seal', kind: 'seal', role: 'company', at: place }
  await company.ask(envelopes, 'defineTemplate', {
    ...{ template: 'sealed', title: '证明', policy: 'standard' },
    documents: [{ name: 'statement.pdf', sha256: document.sha256, fields: [seal] }],
    roles: [{ role: 'company', kind: 'seal', label }],
    groups: [{ group: 'sealed', after: [], rule: 'all', roles: ['company'] }],
  })
}

/** An envelope of the contract, at its signers. @returns its id */
export async function sendContract(company: Company, wish: ContractWish = {}): Promise<string> {
  const { template = 'sale', isSealed = true, seal = 'contract', name = buyer.name } = wish
  const { envelope } = await company.ask(envelopes, 'createFromTemplate', {
    ...{
      template,
      recipients: [{ ...buyer, name }, seller, ...(isSealed ? [{ ...organisation, seal }] : [])],
    },
    data: { subject: '轴承 6204-2RS，壹万件', amount: '128000.50' },
  })
  await company.ask(envelopes, 'send', { envelope })
  return envelope
}

/** The newest revision of an envelope's document, part by part. */
export async function fileOf(company: Company, envelope: string, document = 'd1'): Promise<Buffer> {
  const parts: Buffer[] = []
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const part = await company.ask(envelopes, 'readDocument', { envelope, document, offset })
    parts.push(Buffer.from(part.content, 'base64'))
    offset = part.next
  }
  return Buffer.concat(parts)
}
