import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { signedDocuments } from '../../src/documents/signed-documents.ts'
import type { SigningKeys } from '../../src/documents/signing-keys.ts'
import { type Company, companies, type Shown } from '../envelopes/company.ts'
import { Pki, profiles } from '../support/pki.ts'
import {
  type RevocationResponder,
  startRevocationResponder,
} from '../support/revocation-responder.ts'
import { contract } from '../support/sample-pdf.ts'
import { startTimeAuthority } from '../support/time-authority.ts'

export const DAY = 86_400_000
const named = (what: string) => `authorityInfoAccess=OCSP;URI:https://ocsp.example/${what}`
const listed = (what: string) => `crlDistributionPoints=URI:https://crl.example/${what}.crl`

/** Signs by certificates of `ca`, one each, which the test names. */
function keysOf(own: Room): SigningKeys {
  const { pki } = own
  return async () => ({
    certificate: await pki.certificate(own.signer),
    chain: await Promise.all(own.chain.map((one) => pki.certificate(one))),
    hash: 'sha256',
    sign: async ({ signedAttributes }) => ({
      signature: await pki.sign(own.signer, 'ecdsa-sha256', signedAttributes),
      algorithm: 'ecdsa-sha256',
    }),
  })
}

export type Web = Record<string, (body: Uint8Array, url: string) => Promise<Uint8Array>>

export interface Room {
  readonly pki: Pki
  readonly responder: RevocationResponder
  /** By address: a test takes one away or puts another there. */
  readonly web: Web
  readonly asked: string[]
  signer: string
  /** Stands beside his certificate. */
  chain: readonly string[]
}

/**
 * A root with lists at an address; below it `ca`, which answers for its signers and its time-stamping authority by a responder at another.
 * `alice` signs for a day, `carol` was revoked in January, `once` says that it is never revoked.
 */
export async function room(t: Test): Promise<Room> {
  const pki = await Pki.start(t)
  await pki.issue('ca', {
    ...{ kind: 'p256', extensions: `${profiles.inter}\n${listed('root')}`, by: 'root' },
  })
  const person = (more: string, days = 1) =>
    ({ kind: 'p256', extensions: `${profiles.signer}\n${more}`, by: 'ca', days }) as const
  await pki.issue('alice', { ...person(named('ca')), subject: '/CN=Alice' })
  await pki.issue('carol', { ...person(named('ca')), subject: '/CN=Carol' })
  await pki.issue('once', { ...person('2.5.29.56=DER:0500'), subject: '/CN=Once' })
  await pki.issue('tsa', {
    ...{ kind: 'p256', extensions: `${profiles.tsa}\n${named('ca')}`, by: 'ca', days: 200 },
  })
  await pki.issue('responder', { kind: 'p256', extensions: profiles.ocsp, by: 'ca' })
  await pki.writeIndex('ca', { carol: '260105120000Z,keyCompromise' }, ['alice', 'tsa'])
  await pki.writeIndex('root', {}, ['ca'])
  const root = await pki.makeCrl('root')
  const authority = await startTimeAuthority(t, pki, 'tsa', 'ca')
  const responder = await startRevocationResponder(t, pki, { by: 'ca', responder: 'responder' })
  const web: Web = {
    'https://tsa.example/': (body) => authority.answer(body),
    'https://ocsp.example/ca': (body) => responder.answer(body),
    'https://crl.example/root.crl': async () => root,
  }
  return { pki, responder, web, asked: [], signer: 'alice', chain: ['ca'] }
}

const urls = {
  timestamps: { url: 'https://tsa.example/' },
  revocation: {
    first: { url: 'https://ocsp.example/ca' },
    second: { url: 'https://crl.example/root.crl' },
  },
}

export async function opened(t: Test, own: Room) {
  const found = await companies(t)
  return async (config: object = {}, now: number = Date.now()): Promise<Company> => {
    const fetch = async (request: Request) => {
      own.asked.push(`${request.method} ${request.url}`)
      // What is asked for by GET stands in the path.
      const answer = own.web[request.url] ?? own.web[request.url.replace(/[^/]*$/, '')]
      if (answer === undefined) return new Response('gone', { status: 503 })
      const body = new Uint8Array(await request.arrayBuffer())
      return new Response(new Uint8Array(await answer(body, request.url)))
    }
    const settings = { ...urls, trustAnchors: [String(await own.pki.read('root.pem'))], ...config }
    const port = signedDocuments(keysOf(own))
    return found({ config: settings, now, fetch }, port)
  }
}

let templates = 0
const label = { en: 'Party', 'zh-CN': '当事方' }

/** One document that one person signs, under a policy of that level; ends with his signature. */
export async function signed(
  company: Company,
  level: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const content = Buffer.from(contract({ pages: [{ text: 'Contract' }] })).toString('base64')
  const { document } = await company.call<{ document: { sha256: string } }>('uploadDocument', {
    ...{ name: 'contract.pdf', content },
  })
  const { items } = await company.call<{ items: { policy: string; revision: number }[] }>(
    'policies',
    {},
  )
  const revision = items.find(({ policy }) => policy === 'lasting')?.revision ?? 0
  await company.call('definePolicy', { policy: 'lasting', level, revision, ...more })
  const template = `lasting-${++templates}`
  const at = { page: 1, x: 50, y: 50, width: 120, height: 40 }
  await company.call('defineTemplate', {
    ...{ template, title: 'Lasting', policy: 'lasting' },
    documents: [
      {
        ...{ name: 'contract.pdf', sha256: document.sha256 },
        fields: [{ field: 'signs', kind: 'signature', role: 'buyer', at }],
      },
    ],
    roles: [{ role: 'buyer', kind: 'signer', label }],
    groups: [{ group: 'all', after: [], rule: 'all', roles: ['buyer'] }],
  })
  const { envelope } = await company.call<Shown>('createFromTemplate', {
    ...{ template, data: {} },
    recipients: [{ role: 'buyer', name: 'Bo', email: 'bo@buyer.example' }],
  })
  await company.call('send', { envelope })
  await company.sign('bo@buyer.example')
  return envelope
}

export interface Standing {
  readonly envelope: string
  readonly level: string
  readonly reason: string
  readonly message?: string
  readonly attempts: number
  readonly nextTryAt?: string
}

export async function waiting(company: Company): Promise<readonly Standing[]> {
  return (await company.call<{ items: Standing[] }>('longTermProofs', {})).items
}

/** After so long, the job has its turn. */
export async function upgraded(company: Company, afterMs = 0): Promise<void> {
  if (afterMs > 0) await company.host.advance(afterMs)
  await company.host.runJob('upgrade-signatures')
}

export async function levelOf(company: Company, envelope: string): Promise<string | undefined> {
  const { documents } = await company.call<Shown>('envelope', { envelope })
  return documents[0]?.level
}

/** The newest revision. */
export async function fileOf(company: Company, envelope: string): Promise<Buffer> {
  const parts: Buffer[] = []
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const part: { content: string; next?: number } = await company.call('readDocument', {
      ...{ envelope, document: 'd1', offset },
    })
    parts.push(Buffer.from(part.content, 'base64'))
    offset = part.next
  }
  return Buffer.concat(parts)
}

export async function onDisk(bytes: Uint8Array): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'lasting-')), 'contract.pdf')
  await writeFile(path, bytes)
  return path
}
