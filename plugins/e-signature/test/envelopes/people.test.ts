import t from 'tap'
import {
  as,
  type Company,
  companies,
  DAY,
  defineSale,
  people,
  type Shown,
  sent,
} from './company.ts'

const found = await companies(t)
const bo = 'bo@buyer.example'
const si = 'si@seller.example'
const di = 'di@seller.example'

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

t.test('two who sign at once both do: who was slower signs what the other left', async (t) => {
  const { company, envelope } = await begun()
  company.documents.beforeKept = async () => {
    await company.sign(si)
  }
  t.match(await company.sign(bo), { own: 'signed' })
  const lines = (await company.file(envelope)).split('\n').slice(2)
  t.match(lines, [/^signed seller-signs/, /^signed buyer-signs/])
  t.equal(lines.length, 2, 'no signature is lost, and none is there twice')
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
  await company.host.advance(2 * DAY + 600_000)
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
  await company.host.advance(25 * DAY)
  const reminders = company.host.messages.slice(before).filter(({ to }) => to.includes(bo))
  t.equal(reminders.length, 4, 'five in all, by policy')
  t.match(await company.sign(bo), { own: 'signed' })
})

t.test(
  'of a board of three two are enough, and a third who refuses keeps nothing from being done',
  async (t) => {
    const company = await found()
    const label = { en: 'Board', 'zh-CN': '董事' }
    const roles = ['a', 'b', 'c']
    await defineSale(company)
    const { documents } = await company.call<{ documents: { sha256: string }[] }>('template', {
      template: 'sale',
    })
    const at = { page: 1, x: 10, y: 10, width: 100, height: 30 }
    const board = {
      ...{ template: 'board', title: 'Resolution', policy: 'standard' },
      documents: [
        {
          ...{ name: 'resolution.pdf', sha256: documents[0]?.sha256 },
          fields: roles.map((role) => ({ field: `signs-${role}`, kind: 'signature', role, at })),
        },
      ],
      roles: roles.map((role) => ({ role, kind: 'signer', label })),
      groups: [{ group: 'board', after: [], rule: 'some', atLeast: 2, roles }],
    }
    const circle = [
      { group: 'x', after: ['y'], rule: 'all', roles: ['a'] },
      { group: 'y', after: ['x'], rule: 'all', roles: ['b', 'c'] },
    ]
    await t.rejects(company.call('defineTemplate', { ...board, groups: circle }), {
      code: 'ROUTING_INVALID',
      message: /wait for each other/,
    })
    await company.call('defineTemplate', board)
    const recipients = roles.map((role) => ({
      role,
      name: role.toUpperCase(),
      email: `${role}@board.example`,
    }))
    const { envelope } = await sent(company, { template: 'board', recipients, data: {} })
    const refusing = await company.open('a@board.example')
    t.match(await company.host.follow(refusing.links['reject'] ?? '', { reason: 'no' }), {
      state: 'sent',
    })
    await company.sign('b@board.example')
    t.match(await company.sign('c@board.example'), { state: 'completed' })
    t.match(await company.file(envelope), /signs-b.*\n.*signs-c/)
  },
)

t.test(
  'two hundred are sent by a job that goes on, and a bad row is told and not the rest kept back',
  async (t) => {
    const company = await found()
    await defineSale(company)
    const good = { recipients: people, data: { amount: '10' } }
    const rows = Array.from({ length: 12 }, (_, index) =>
      index === 3 ? { ...good, data: { amount: 'ten' } } : good,
    )
    const { bulk } = await company.call<{ bulk: string }>('bulkSend', {
      template: 'sale',
      rows,
      requestId: 'may',
    })
    await company.call('bulkSend', { template: 'sale', rows, requestId: 'may' })
    await company.host.advance(60_000)
    const state = await company.call<{ items: object[] }>('bulk', { bulk, limit: 200 })
    t.match(state, { total: 12, sent: 11, failed: 1, waiting: 0 })
    t.match(state.items[3], { row: 4, state: 'failed', code: 'VALUE_INVALID' })
    t.equal(company.events('envelope.sent').length, 11)
  },
)

t.test(
  'a contract that ends is told of ninety, thirty and seven days before, each once',
  async (t) => {
    const { company, envelope } = await begun({
      data: { amount: '10', currency: 'CNY', until: '2026-06-01' },
    })
    await company.sign(bo)
    await company.sign(si)
    const seal = { envelope, recipient: 'r4' }
    await company.call('requestSeal', { ...seal, reason: 'sale' })
    t.match(await company.call<Shown>('decideSeal', { ...seal, approve: true }, as('li')), {
      state: 'completed',
    })
    t.notOk(company.letter(di), 'a director is not asked for so little')
    await company.host.advance(92 * DAY)
    const told = company
      .events('contract.expiring')
      .map(({ data }) => (data as { daysLeft: number }).daysLeft)
    t.strictSame(told, [90, 30, 7])
    t.match(await company.call('contracts', { endsBefore: '2026-06-02', minAmount: '9.99' }), {
      items: [{ amount: '10' }],
    })
    t.match(await company.call('contracts', { minAmount: '10.01' }), { items: [] })
  },
)
