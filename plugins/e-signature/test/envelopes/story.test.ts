import t from 'tap'
import { as, companies, defineSale, type Shown, sent } from './company.ts'

const found = await companies(t)

t.test(
  'a contract goes from template to completed, each signature on top of the one before',
  async (t) => {
    const company = await found()
    await defineSale(company)
    const { envelope } = await sent(company)
    t.match(company.events('envelope.sent'), [{ data: { orderId: 'O-7', recipients: 4 } }])
    t.match(await company.sign('bo@buyer.example'), { state: 'partly-signed', own: 'signed' })
    t.match(await company.sign('si@seller.example', { values: { place: 'Suzhou' } }), {
      own: 'signed',
    })
    t.match(
      company.letter('di@seller.example'),
      /Sale of goods/,
      'above a million a director is asked',
    )
    await company.sign('di@seller.example')
    const seal = { envelope, recipient: 'r4' }
    const li = as('li')
    await t.rejects(company.call('decideSeal', { ...seal, approve: true }, li), {
      code: 'SEAL_NOT_ASKED',
    })
    await company.call('requestSeal', { ...seal, reason: 'sale to Buyer Ltd' })
    await t.rejects(company.call('decideSeal', { ...seal, approve: true }), {
      code: 'SEAL_SAME_PERSON',
    })
    const app = { principal: { kind: 'app', id: 'erp' } as const }
    await t.rejects(company.call('decideSeal', { ...seal, approve: true }, app as never), {
      code: 'SEAL_NEEDS_PERSON',
    })
    const done = await company.call<Shown>('decideSeal', { ...seal, approve: true }, li)
    t.match(done, { state: 'completed', documents: [{ revision: 4, level: 'B-T' }] })
    const none = { code: 'ENVELOPE_NOT_COMPLETED' }
    await t.rejects(company.call('completion', { envelope }), none, 'nobody waits for it')
    await company.host.advance(1)
    const lines = (await company.file(envelope)).split('\n')
    t.match(lines.slice(2), [
      /buyer-signs Bo person/,
      /seller-signs Si/,
      /director-signs Di/,
      /seal Acme seal acme-seal/,
    ])
    t.match(lines[1], /"capitals":"1000000.01"/)
    t.match(company.events('envelope.completed'), [
      { data: { envelope, orderId: 'O-7', documents: [{ level: 'B-T' }] } },
    ])
    t.match(await company.call('contracts', { party: 'buyer' }), {
      items: [
        {
          envelope,
          amount: '1000000.01',
          currency: 'CNY',
          endsOn: '2026-06-01',
          parties: ['Buyer Ltd', 'Seller AG', 'Acme'],
        },
      ],
    })
    t.match(await company.call('verifyEvidence', { envelope }), { valid: true })
    const { data } = await company.call<{ data: { head: object; signers: object[] } }>(
      'completion',
      { envelope },
    )
    t.match(data.signers, [
      { name: 'Bo', proof: 'mail-code', provedBy: 'b***@buyer.example', assurance: 'advanced' },
      {},
      {},
      { seal: { askedBy: 'user:mei', approvedBy: 'user:li' } },
    ])
    const { items } = await company.call<{
      items: { what: string; data: Record<string, unknown> }[]
    }>('evidence', { envelope, limit: 200 })
    const consents = items.filter(({ what }) => what === 'consented')
    t.equal(consents.length, 4)
    t.match(consents[0]?.data, {
      seen: { d1: /^[0-9a-f]{64}$/ },
      text: { version: '1', 'zh-CN': /同等法律效力/ },
    })
    await company.database.client.query(
      `update evidence set data = data || '{"name":"Eve"}' where envelope = $1 and seq = 3`,
      [envelope],
    )
    t.match(await company.call('verifyEvidence', { envelope }), {
      valid: false,
      fault: { seq: 3, fault: 'changed' },
    })
    await company.database.client.query('delete from evidence where envelope = $1 and seq >= 3', [
      envelope,
    ])
    t.match(await company.call('verifyEvidence', { envelope }), {
      valid: false,
      fault: { seq: 3, fault: 'cut-off' },
    })
  },
)
