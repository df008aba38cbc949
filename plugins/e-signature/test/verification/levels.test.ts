import { createHash } from 'node:crypto'
import t from 'tap'
import { addSignatureTimestamp } from '../../src/cms/build-signed-data.ts'
import { readSignedData } from '../../src/cms/signed-data.ts'
import { timestampRequest } from '../../src/timestamps/timestamp-request.ts'
import { readTimestampResponse } from '../../src/timestamps/timestamp-response.ts'
import { Pki, profiles } from '../support/pki.ts'
import { startTimeAuthority } from '../support/time-authority.ts'
import { type Contained, contract, makePdf, sign, stream, update } from './pdf-maker.ts'
import { suspicions, verified } from './verified.ts'

const pki = await Pki.start(t)
await pki.issue('alice', {
  kind: 'p256',
  extensions: profiles.signer,
  by: 'inter',
  subject: '/CN=Alice',
})
await pki.issue('bob', {
  kind: 'p256',
  extensions: profiles.signer,
  by: 'inter',
  subject: '/CN=Bob',
  days: 2,
})
await pki.issue('tsa', { kind: 'p256', extensions: profiles.tsa, by: 'inter' })
const authority = await startTimeAuthority(t, pki)
const anchors = [await pki.certificate('root')]
const day = 86_400_000
const base = makePdf(contract)
const catalog = contract[1] ?? ''

async function tokenOver(digest: Uint8Array): Promise<Uint8Array> {
  const request = timestampRequest({ hash: 'sha256', digest, nonce: Uint8Array.of(1, 2, 3) })
  const response = readTimestampResponse(await authority.answer(request))
  if (!('token' in response)) throw new Error('no token')
  return response.token
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
const signatureOf = (der: Uint8Array) =>
  readSignedData(der).signers[0]?.signature ?? new Uint8Array()
const stamped: Contained = async (der) =>
  addSignatureTimestamp(der, await tokenOver(sha256(signatureOf(der))))

const basic = await sign(base, pki, { field: 6, value: 20 })
const timed = await sign(base, pki, { field: 6, value: 20, container: stamped })

/** Streams of a DSS with all lists and responses; object 60 on. */
async function withProofs(file: Buffer, lists: readonly Uint8Array[]): Promise<Buffer> {
  const refs = lists.map((_, at) => `${60 + at} 0 R`).join(' ')
  const objects = Object.fromEntries(
    lists.map((list, at) => [
      60 + at,
      stream(`${Buffer.from(list).toString('hex')}>`, '/Filter /ASCIIHexDecode'),
    ]),
  )
  const root = catalog.replace(/>>$/, `/DSS << /Type /DSS /CRLs [${refs}] >> >>`)
  return update(file, { 1: root, ...objects })
}

const dts =
  '<< /FT /Sig /T (Stamp) /Type /Annot /Subtype /Widget /F 132 /P 3 0 R /Rect [0 0 0 0] >>'
const stampDocument = (file: Buffer, objects = {}) =>
  sign(file, pki, {
    field: 80,
    value: 81,
    fieldBody: dts,
    subFilter: 'ETSI.RFC3161',
    container: (_, digest) => tokenOver(digest),
    objects: {
      5: (contract[5] ?? '').replace('8 0 R]', '8 0 R 80 0 R]'),
      3: (contract[3] ?? '').replace('8 0 R]', '8 0 R 80 0 R]'),
      ...objects,
    },
  })

await pki.issue('carol', {
  kind: 'p256',
  extensions: profiles.signer,
  by: 'inter',
  subject: '/CN=Carol',
})
await pki.writeIndex('inter', { carol: '260105120000Z,keyCompromise' }, ['alice', 'bob', 'tsa'])
await pki.writeIndex('root', {}, ['inter'])
const lists = [await pki.makeCrl('inter'), await pki.makeCrl('root')]
const proven = await withProofs(timed, lists)
const archived = await stampDocument(proven)

t.test('each level needs what the one before has, and its own', async (t) => {
  const first = (file: Buffer) => verified(file, anchors).signatures[0]
  t.match(first(basic), { level: 'B-B', timeSource: 'signer', faults: [] })
  t.match(first(timed), { level: 'B-T', timeSource: 'timestamp', faults: [] })
  t.match(first(proven), { level: 'B-LT', changesAfter: 'allowed' })
  t.match(first(archived), { level: 'B-LTA', changesAfter: 'allowed' })
  t.match(first(await withProofs(basic, lists)), { level: 'B-B' })
  t.match(first(await withProofs(timed, lists.slice(1))), { level: 'B-T' })
  t.match(first(await stampDocument(basic)), { level: 'B-T', timeSource: 'timestamp' })
  const late = await withProofs(await stampDocument(timed), lists)
  t.match(first(late), { level: 'B-LT' })
})

t.test('a time stamp over the document is allowed under every certification', async (t) => {
  const nothing =
    '/Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 1 /V /1.2 >> >>]'
  const perms = { 1: catalog.replace(/>>$/, '/Perms << /DocMDP 20 0 R >> >>') }
  const certified = await sign(base, pki, { field: 6, value: 20, entries: nothing, objects: perms })
  const { signatures } = verified(await stampDocument(certified), anchors)
  t.match(signatures, [
    { permissions: 1, changesAfter: 'allowed', changes: [{ code: 'TIMESTAMPED', field: 'Stamp' }] },
    { kind: 'timestamp', intact: true, coversWholeFile: true, signer: 'Test tsa' },
  ])
})

t.test('a time stamp that was copied from another signature proves no time', async (t) => {
  const token = await tokenOver(sha256(Buffer.from('another signature')))
  const copied = await sign(base, pki, {
    field: 6,
    value: 20,
    container: (der) => addSignatureTimestamp(der, token),
  })
  t.match(verified(copied, anchors).signatures, [
    { intact: true, level: 'B-B', timeSource: 'signer', faults: ['TIMESTAMP_OF_ANOTHER'] },
  ])
  const elsewhere = await stampDocument(basic)
  const moved = Buffer.from(elsewhere)
  moved.write('2', elsewhere.lastIndexOf('1000 yuan'), 'latin1')
  t.match(
    verified(moved, anchors).signatures.map(({ intact }) => intact),
    [false, false],
  )
})

t.test('an authority that nobody trusts proves no time', async (t) => {
  t.match(verified(timed, []).signatures, [
    { timeSource: 'signer', chain: 'unknown', faults: ['TIMESTAMP_UNTRUSTED'] },
  ])
})

t.test(
  'a certificate that expired or was revoked is told, unless a time stamp is from before',
  async (t) => {
    const later = Date.now() + 10 * day
    const brief = await sign(base, pki, { field: 6, value: 20, signer: 'bob' })
    t.match(verified(brief, anchors).signatures[0], { chain: 'trusted' })
    t.match(verified(brief, anchors, later).signatures[0], { intact: true, chain: 'expired' })
    const briefTimed = await sign(base, pki, {
      field: 6,
      value: 20,
      signer: 'bob',
      container: stamped,
    })
    t.match(verified(briefTimed, anchors, later).signatures[0], { chain: 'trusted' })
  },
)

t.test('a certificate that was revoked before is told by the list in the file', async (t) => {
  const revoked = await sign(base, pki, { field: 6, value: 20, signer: 'carol' })
  t.match(verified(await withProofs(revoked, lists), anchors).signatures[0], {
    intact: true,
    chain: 'revoked',
    chainReasons: [{ code: 'revoked' }],
  })
})

t.test('a proof that goes again takes the level with it, and is not allowed', async (t) => {
  const { signatures } = verified(update(proven, { 1: catalog }), anchors)
  t.match(signatures[0], { level: 'B-T', changesAfter: 'suspicious' })
  t.strictSame(suspicions(signatures[0] as never), ['PROOF_REMOVED'])
})
