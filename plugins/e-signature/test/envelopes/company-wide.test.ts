import t from 'tap'
import { fromBase32 } from '../../src/one-time-codes/base32.ts'
import { totp } from '../../src/one-time-codes/totp.ts'
import { as, type Company, companies, defineSale, people, type Shown, sent } from './company.ts'

const found = await companies(t)
const bo = 'bo@buyer.example'
const si = 'si@seller.example'
const di = 'di@seller.example'

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
    const company = await found()
    await defineSale(company)
    const { envelope } = await sent(company, {
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
    await company.days(92, 'contract-expiry')
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

t.test(
  'a user signs in the console by the code of his app, and each code counts once',
  async (t) => {
    const company = await found()
    await defineSale(company)
    await company.call('definePolicy', { policy: 'app', proofs: ['totp'], mustRead: false })
    const recipients = people.map((one) =>
      one.role === 'company' ? one : { role: one.role, name: one.name, user: `user:${one.role}` },
    )
    const { envelope } = await sent(company, { policy: 'app', recipients, data: { amount: '1' } })
    const buyer = as('buyer')
    t.match(await company.call('toSign', {}, buyer), { items: [{ envelope, recipient: 'r1' }] })
    const { uri } = await company.call<{ uri: string }>('enrolTotp', {}, buyer)
    const secret = fromBase32(new URL(uri).searchParams.get('secret') ?? '') ?? new Uint8Array()
    const code = () => totp({ secret }, company.host.now())
    const signer = { envelope, recipient: 'r1' }
    const view = await company.call<Awaited<ReturnType<Company['open']>>>(
      'signerView',
      signer,
      buyer,
    )
    const sign = (given: string) => {
      const agreement = {
        ...company.agreement(view, given),
        identity: { proof: 'totp', code: given },
      }
      return company.call('signerSign', { ...signer, ...agreement }, buyer)
    }
    await t.rejects(
      sign(code()),
      { code: 'PROOF_NOT_ENROLLED' },
      'the app has not shown a code yet',
    )
    const first = code()
    await company.call('confirmTotp', { code: first }, buyer)
    await t.rejects(sign(first), { code: 'CODE_WRONG' }, 'it has counted already')
    await company.host.advance(31_000)
    t.match(await sign(code()), { own: 'signed' })
  },
)
