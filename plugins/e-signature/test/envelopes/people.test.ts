import t from 'tap'
import { type Company, companies, DAY, defineSale, sent } from './company.ts'

const found = await companies(t)
const bo = 'bo@buyer.example'
const si = 'si@seller.example'
const _di = 'di@seller.example'

async function begun(more: object = {}): Promise<{ company: Company; envelope: string }> {
  const company = await found()
  await defineSale(company)
  const { envelope } = await sent(company, more as never)
  return { company, envelope }
}

t.test('nobody signs for somebody else, by whatever door he comes', async (t) => {
  const { company, envelope } = await begun()
  const view = await company.open(bo)
  await company.host.follow(view.links['code'] ?? '', { channel: 'mail' })
  const agreement = company.agreement(view, company.code(bo))
  const other = { envelope, recipient: 'r2' }
  for (const principal of [
    { kind: 'app', id: 'erp' },
    { kind: 'user', id: 'mei' },
    { kind: 'link', id: 'link_000000000000000000000000000f' },
  ] as const) {
    const call = company.call('signerSign', { ...other, ...agreement }, { principal } as never)
    await t.rejects(call, { code: 'SIGNER_ONLY' }, principal.kind)
  }
  const forged = company.host.follow(view.links['sign'] ?? '', { ...other, ...agreement })
  t.match(await forged, { recipient: 'r1' }, 'what his link fixes cannot be changed')
  t.match(await company.call('envelope', { envelope }), {
    recipients: [{ state: 'signed' }, { state: 'notified' }],
  })
})

t.test(
  'a document is signed by who has read it, seen this file and agreed to this text',
  async (t) => {
    const { company } = await begun()
    const view = await company.host.follow<Awaited<ReturnType<Company['open']>>>(company.link(bo))
    const sign = view.links['sign'] ?? ''
    await company.host.follow(view.links['code'] ?? '', { channel: 'mail' })
    const agreement = company.agreement(view, company.code(bo))
    await t.rejects(company.host.follow(sign, agreement), {
      code: 'DOCUMENT_NOT_SEEN',
      message: /to its end/,
    })
    await company.host.follow(view.links['document'] ?? '', { document: 'd1' })
    const wrong = { ...agreement, documents: [{ document: 'd1', sha256: 'f'.repeat(64) }] }
    await t.rejects(company.host.follow(sign, wrong), {
      code: 'DOCUMENT_NOT_SEEN',
      message: /never was/,
    })
    await t.rejects(company.host.follow(sign, { ...agreement, consent: '0' }), {
      code: 'CONSENT_MISSING',
    })
    const account = { ...agreement, identity: { proof: 'account' } }
    await t.rejects(company.host.follow(sign, account), { code: 'PROOF_NOT_ALLOWED' })
    const link = { ...agreement, identity: { proof: 'link' } }
    await t.rejects(
      company.host.follow(sign, link),
      { code: 'PROOF_NOT_ALLOWED' },
      'a link is no proof by this policy',
    )
    t.match(await company.host.follow(sign, agreement), { own: 'signed' })
    await t.rejects(company.host.follow(sign, agreement), { code: 'NOT_YOUR_TURN' })
  },
)

t.test(
  'five wrong codes lock, however they come, and a code is right once and for five minutes',
  async (t) => {
    const { company, envelope } = await begun()
    const view = await company.open(bo)
    const [sign = '', code = ''] = [view.links['sign'], view.links['code']]
    await company.host.follow(code, { channel: 'mail' })
    await t.rejects(company.host.follow(code, { channel: 'mail' }), { code: 'CODE_TOO_SOON' })
    await t.rejects(company.host.follow(code, { channel: 'sms' }), { code: 'PROOF_NOT_ALLOWED' })
    const right = company.code(bo)
    const wrong = String((Number(right) + 1) % 1_000_000).padStart(6, '0')
    const tries = Array.from({ length: 5 }, () =>
      company.host.follow(sign, company.agreement(view, wrong)),
    )
    const outcomes = await Promise.allSettled(tries)
    t.ok(outcomes.every(({ status }) => status === 'rejected'))
    t.match(company.events('otp.failed'), [
      { data: { envelope, recipient: 'r1', attempts: 5, locked: true } },
    ])
    await t.rejects(company.host.follow(sign, company.agreement(view, right)), {
      code: 'CODE_LOCKED',
    })
    await t.rejects(company.host.follow(code, { channel: 'mail' }), { code: 'CODE_LOCKED' })
    await company.host.advance(16 * 60_000)
    await company.host.follow(code, { channel: 'mail' })
    await company.host.advance(6 * 60_000)
    await t.rejects(company.host.follow(sign, company.agreement(view, company.code(bo))), {
      code: 'CODE_EXPIRED',
    })
    await company.host.follow(code, { channel: 'mail' })
    t.match(await company.host.follow(sign, company.agreement(view, company.code(bo))), {
      own: 'signed',
    })
    const { rows } = await company.database.client.query(
      'select details::text from envelope_recipients where envelope = $1',
      [envelope],
    )
    t.notOk(
      rows.some(({ details }) => details.includes(company.code(bo))),
      'the code stands nowhere',
    )
  },
)

t.test('two who sign at once both do, and the file of who was slower is thrown away', async (t) => {
  const { company, envelope } = await begun()
  company.documents.beforeKept = async () => {
    await company.sign(si)
  }
  t.match(await company.sign(bo), { own: 'signed' })
  const lines = (await company.file(envelope)).split('\n').slice(2)
  t.match(lines, [/^signed seller-signs/, /^signed buyer-signs/])
  t.equal(lines.length, 2, 'no signature is lost, and none is there twice')
  const kept = [...company.host.blobs.values()].filter(({ bytes }) =>
    Buffer.from(bytes).includes('signed'),
  )
  t.equal(kept.length, 2, 'each revision is kept, and nothing else')
  t.match(await company.call('envelope', { envelope }), { documents: [{ revision: 2 }] })
})

t.test(
  'a crash between the agreement and the signature leaves both whole, and the job goes on',
  async (t) => {
    const { company, envelope } = await begun()
    company.documents.beforeKept = () => Promise.reject(new Error('the machine is gone'))
    await t.rejects(company.sign(bo))
    t.match(await company.call('envelope', { envelope }), {
      recipients: [{ state: 'viewed', isSigning: true, mayAct: true }],
      documents: [{ revision: 0 }],
    })
    t.notMatch(await company.file(envelope), /signed/)
    await company.host.advance(31_000)
    t.match(await company.call('envelope', { envelope }), {
      recipients: [{ state: 'signed' }],
      documents: [{ revision: 1 }],
    })
    t.match(await company.file(envelope), /signed buyer-signs Bo/)
  },
)

t.test('what cannot be signed for one keeps no other from signing', async (t) => {
  const { company, envelope } = await begun()
  company.documents.beforeKept = () => Promise.reject(new Error('his key is away'))
  await t.rejects(company.sign(bo))
  company.documents.failsFor = 'Bo'
  t.match(await company.sign(si), { own: 'signed' })
  company.documents.failsFor = undefined
  await company.host.runJob('sweep-envelopes')
  t.match(await company.file(envelope), /signed seller-signs.*\nsigned buyer-signs/)
})

t.test('without time stamps a policy signs now and stamps later, or does not sign', async (t) => {
  const { company, envelope } = await begun()
  company.documents.isTimestampDown = true
  await company.sign(bo)
  t.match(company.events('envelope.signed'), [{ data: { level: 'B-B' } }])
  t.match(await company.call('envelope', { envelope }), {
    awaitsTimestamp: true,
    documents: [{ level: 'B-B' }],
  })
  await company.call('void', { envelope, reason: 'test of stamps' })
  await company.host.runJob('upgrade-signatures')
  t.match(
    await company.call('envelope', { envelope }),
    { awaitsTimestamp: true },
    'the authority is still away',
  )
  company.documents.isTimestampDown = false
  // What failed comes again after a quarter of an hour.
  await company.host.advance(16 * 60_000)
  await company.host.runJob('upgrade-signatures')
  t.match(company.events('proof.renewed'), [{ data: { envelope, level: 'B-LT' } }])
  t.notOk((await company.call('envelope', { envelope }))['awaitsTimestamp'])
  await company.call('definePolicy', { policy: 'strict', onTimestampDown: 'refuse' })
  const strict = await sent(company, { policy: 'strict' })
  company.documents.isTimestampDown = true
  await t.rejects(company.sign(bo), { code: 'TIMESTAMP_UNAVAILABLE' })
  t.match(await company.call('envelope', { envelope: strict.envelope }), {
    recipients: [{ state: 'viewed', mayAct: true }],
  })
  company.documents.isTimestampDown = false
  await company.host.advance(60_000)
  t.match(await company.sign(bo), { own: 'signed' })
})

t.test('a refusal ends an envelope, a sender takes his back, and time ends the rest', async (t) => {
  const { company, envelope } = await begun()
  const view = await company.open(bo)
  t.match(await company.host.follow(view.links['reject'] ?? '', { reason: 'the price' }), {
    state: 'rejected',
  })
  t.match(company.events('envelope.rejected'), [
    { data: { envelope, recipient: 'r1', reason: 'the price' } },
  ])
  await t.rejects(company.sign(si), /./, 'the other has nothing to sign any more')
  const second = await sent(company)
  await company.call('void', { envelope: second.envelope, reason: 'a typing error' })
  t.match(company.events('envelope.voided'), [
    { data: { by: 'user:mei', reason: 'a typing error' } },
  ])
  await t.rejects(company.call('void', { envelope: second.envelope, reason: 'again' }), {
    code: 'ENVELOPE_NOT_POSSIBLE',
  })
  const third = await sent(company, {
    expiresAt: new Date(company.host.now() + 2 * DAY).toISOString(),
  })
  await company.days(1, 'expire-envelopes')
  t.match(await company.call('envelope', { envelope: third.envelope }), { state: 'sent' })
  await company.days(2, 'expire-envelopes')
  t.match(company.events('envelope.expired'), [{ data: { envelope: third.envelope } }])
  t.match(await company.call('envelope', { envelope: third.envelope }), { state: 'expired' })
})

t.test('a role is handed on to whom its holder names, who shows who he is himself', async (t) => {
  const { company, envelope } = await begun()
  const view = await company.open(bo)
  const link = view.links['delegate'] ?? ''
  const reason = 'on leave'
  const same = { name: 'Si', email: 'SI@seller.example' }
  await t.rejects(company.host.follow(link, { to: same, reason }), { code: 'DELEGATE_NOT_ALLOWED' })
  await t.rejects(company.host.follow(link, { to: { name: 'Zoe' }, reason }), {
    code: 'RECIPIENTS_INVALID',
  })
  const to = { name: 'Zoe', email: 'zoe@buyer.example' }
  t.match(await company.host.follow(link, { to, reason }), { own: 'delegated' })
  await t.rejects(company.host.follow(view.links['sign'] ?? '', {}), { code: 'CORE_LINK_EXPIRED' })
  await company.sign('zoe@buyer.example')
  t.match(await company.file(envelope), /signed buyer-signs Zoe/)
  t.match(await company.call('envelope', { envelope }), {
    recipients: [
      { name: 'Bo', state: 'delegated', delegate: 'r1.2' },
      { name: 'Zoe', state: 'signed' },
    ],
  })
})

t.test('who waits is reminded within bounds, with a link that works', async (t) => {
  const { company, envelope } = await begun()
  t.match(await company.call('remind', { envelope }), { reminded: 0 }, 'he has just been told')
  await company.host.advance(2 * 3_600_000)
  t.match(await company.call('remind', { envelope }), { reminded: 2 })
  const before = company.host.messages.length
  await company.days(25, 'remind-signers')
  const reminders = company.host.messages.slice(before).filter(({ to }) => to.includes(bo))
  t.equal(reminders.length, 4, 'five in all, by policy')
  t.match(await company.sign(bo), { own: 'signed' })
})
