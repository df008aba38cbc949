import t from 'tap'
import { HostRefusal } from '../../src/cli/host-client.ts'
import { type Answer, Company } from '../support/company.ts'
import { type Rollout, rollOut } from '../support/company-rollout.ts'
import { HostProcess } from '../support/host-process.ts'
import { judgeSignatures, textOfPdf, withoutJudges } from '../support/pdf-judges.ts'
import { pdfSignatures } from '../support/pdf-signatures.ts'
import { testDatabases } from '../support/postgres.ts'
import { logistics, pluginPath, ShippingCompany } from '../support/shipping-company.ts'
import {
  buyer,
  defineContract,
  defineSeal,
  defineSealed,
  envelopes,
  fileOf,
  sealKeeper,
  seller,
  sendContract,
} from '../support/signing-company.ts'
import { SigningRoom } from '../support/signing-room.ts'
import { Visitor } from '../support/signing-visitor.ts'

const full = { weightBp: 10_000, hold: {} }
const half = { weightBp: 5000, hold: { durationMs: 600_000 } }
/** As good as all, with a version beside it that could still answer. */
const nearlyAll = { weightBp: 9999, hold: { exposures: 30 } }

const skip = await withoutJudges()
const room = await SigningRoom.open(t)
const { hostUrl } = await testDatabases(t)
const { environment } = room
const host = await HostProcess.start(t, { databaseUrl: hostUrl, environment })
const company = await Company.open(t, host, 'dongchen', [
  'business-events',
  'logistics-tracking',
  'e-signature',
  'order-visibility',
])
await room.furnish(company)

const road = await ShippingCompany.open(company)

/** Asks so often at once, and adds how each was answered. */
async function askedAtOnce(times: number, ask: () => Promise<Answer>, answers: number[]) {
  const asked = await Promise.all(Array.from({ length: times }, ask))
  answers.push(...asked.map((answer) => answer.status))
}

/** @returns false while the clock's own sweep runs: that one may have passed what came after it began */
async function startSweep(): Promise<boolean> {
  const path = `${pluginPath(company, '@signalbox/e-signature')}/jobs/sweep-envelopes:run`
  try {
    await company.admin.request('POST', path, {})
    return true
  } catch (error) {
    if (error instanceof HostRefusal && error.problem.code === 'CORE_JOB_RUNNING') return false
    throw error
  }
}

const lastReason = ({ transitions }: Rollout) => JSON.stringify(transitions.at(-1))

t.test(
  'a good version of logistics, with a table that grows, takes scans in all the while, becomes stable and goes back',
  async (t) => {
    const edition = {
      version: '1.1.0',
      edit: {
        'migrations/0090-note.expand.sql': () => 'alter table scans add column note text;\n',
        'migrations/0090-note.expand.down.sql': () => 'alter table scans drop column note;\n',
      },
    }
    const step = (weightBp: number) => ({ weightBp, hold: { durationMs: 200, exposures: 5 } })
    const first = await road.ship()
    const [answers, these]: [number[], number[]] = [[], [first]]
    t.equal(await road.scan(first, 'in-transit'), 202)
    await road.arrived(these, 'in-transit')
    t.equal(await road.source(first), `${logistics}@1.0.0`)
    const rollout = await rollOut(
      company,
      'logistics-tracking',
      edition,
      [step(2000), step(5000), full],
      async () => {
        const n = await road.ship()
        these.push(n)
        answers.push((await road.scan(n, 'in-transit')) === 202 ? 200 : 0)
        await askedAtOnce(6, () => road.shipment(first), answers)
        await askedAtOnce(2, () => road.order(first), answers)
      },
    )
    t.equal(rollout.state, 'completed', lastReason(rollout))
    t.same(new Set(answers), new Set([200]))
    t.equal((await road.shipment(first)).version, '1.1.0')
    t.equal(await road.scan(first, 'out-for-delivery'), 202)
    await road.arrived([first], 'out-for-delivery')
    t.equal(await road.source(first), `${logistics}@1.1.0`, 'said by the new version')
    await road.arrived(these.slice(1), 'in-transit')
    const path = `/v1/plugins/${encodeURIComponent(logistics)}:rollback`
    await host.client.request('POST', path, { reason: 'a look at going back' })
    t.match(await road.shipment(first), { version: '1.0.0', body: { status: 'out-for-delivery' } })
    t.equal(await road.scan(first, 'delivered'), 202)
    await road.arrived([first], 'delivered')
    t.equal(await road.source(first), `${logistics}@1.0.0`)
    await road.requireWhole(t)
  },
)

t.test('blocks of an order say which version told them while a canary speaks', async (t) => {
  const sources = new Set<string>()
  const edition = {
    version: '1.1.1',
    edit: { 'README.md': (text: string) => `${text}\n` },
  }
  const rollout = await rollOut(
    company,
    'logistics-tracking',
    edition,
    [{ weightBp: 5000, hold: { exposures: 40 } }, full],
    async () => {
      const n = await road.ship()
      await road.scan(n, 'in-transit')
      await road.arrived([n], 'in-transit')
      sources.add(await road.source(n))
    },
  )
  t.equal(rollout.state, 'completed', lastReason(rollout))
  t.same([...sources].sort(), [`${logistics}@1.0.0`, `${logistics}@1.1.1`])
  const path = `/v1/plugins/${encodeURIComponent(logistics)}:rollback`
  await host.client.request('POST', path, { reason: 'all editions begin at one' })
})

const badLogistics = {
  'cannot take webhooks': {
    version: '1.2.0',
    edit: {
      'src/intake/webhooks.ts': (text: string) =>
        text.replace(
          'if (held === undefined) {',
          "if (held === undefined) {\n    if (ctx.tenant) throw new Error('broken')\n",
        ),
    },
  },
  'tells of states that its event does not know': {
    version: '1.3.0',
    edit: {
      'src/shipments/shipment-events.ts': (text: string) =>
        text.replace(
          'const data = { from, to: after.status,',
          "const data = { from, to: 'on-its-way',",
        ),
    },
  },
}

for (const [fault, edition] of Object.entries(badLogistics)) {
  t.test(`a version of logistics that ${fault} is taken back, and no scan is lost`, async (t) => {
    const before = await road.ship()
    const sent: number[] = []
    const answers: number[] = []
    const rollout = await rollOut(
      company,
      'logistics-tracking',
      edition,
      [half, full],
      async () => {
        for (let k = 0; k < 3; k++) {
          const n = await road.ship()
          sent.push(n)
          answers.push((await road.scan(n, 'in-transit')) === 202 ? 200 : 0)
        }
        await askedAtOnce(3, () => road.shipment(before), answers)
      },
    )
    t.equal(rollout.state, 'aborted', lastReason(rollout))
    t.equal(rollout.transitions.at(-1)?.actor, 'judge')
    t.same(new Set(answers), new Set([200]))
    await road.arrived(sent, 'in-transit')
    await road.requireWhole(t)
  })
}

const lina = new Visitor(company, room, buyer.email)
const bob = new Visitor(company, room, seller.email)
const show = (envelope: string) => company.call(envelopes, 'envelope', { envelope })

t.test(
  'an envelope that one signed on the old version and one on the new has two sound signatures',
  { skip },
  async (t) => {
    await defineContract(company, { isSealed: false })
    const envelope = await sendContract(company, { isSealed: false })
    const values = { place: '苏州' }
    t.match(await lina.sign({ values }), { status: 200 })
    const edition = {
      version: '1.1.0',
      edit: {
        'src/documents/sign-document.ts': (text: string) => text.replace('签署人：', '签名人：'),
        'migrations/0090-note.expand.sql': () => 'alter table envelopes add column note text;\n',
        'migrations/0090-note.expand.down.sql': () => 'alter table envelopes drop column note;\n',
      },
    }
    const answers: number[] = []
    let signed: Answer | undefined
    const rollout = await rollOut(company, 'e-signature', edition, [nearlyAll, full], async () => {
      signed ??= await bob.sign()
      await askedAtOnce(8, () => show(envelope), answers)
    })
    t.match(signed, { status: 200, body: { state: 'completed' } })
    t.equal(rollout.state, 'completed', lastReason(rollout))
    t.same(new Set(answers), new Set([200]))
    const file = await fileOf(company, envelope)
    t.equal(pdfSignatures(file).length, 2)
    t.same(await judgeSignatures(file, room.openssl), [])
    const { text } = await textOfPdf(file)
    t.match(text, /签署人[\s\S]*签名人/, 'each as its version writes it')
    const path = `/v1/plugins/${encodeURIComponent('@signalbox/e-signature')}:rollback`
    await host.client.request('POST', path, { reason: 'a look at going back' })
    t.match(await show(envelope), { version: '1.0.0', body: { state: 'completed' } })
    t.match(await company.ask(envelopes, 'verifyEvidence', { envelope }), { valid: true })
  },
)

t.test(
  'a version that breaks behind the signature is taken back, and each envelope is signed once',
  { skip },
  async (t) => {
    await room.certifySeal(company, 'contract-seal', 'rsa-2048')
    await defineSeal(company, 'contract-seal')
    await defineSealed(company)
    const mei = await sealKeeper(company, 'mei')
    const li = await sealKeeper(company, 'li')
    const at = (operation: string) => `/api/signature.envelopes/v1/${operation}`
    const edition = {
      version: '1.2.0',
      edit: {
        'src/documents/sign-document.ts': (text: string) =>
          text.replace(
            'const stamp = await stampFor',
            "if (ctx.tenant) throw new Error('broken')\n  const stamp = await stampFor",
          ),
      },
    }
    const waiting: string[] = []
    // Few at once: of forty each would wait for the others, for longer than its deadline on a busy machine.
    while (waiting.length < 40) {
      waiting.push(...(await Promise.all(Array.from({ length: 4 }, sealWanted))))
    }
    const sealed: string[] = []
    const answers: number[] = []
    async function sealWanted(): Promise<string> {
      const recipients = [{ role: 'company', name: '东辰制造', seal: 'contract' }]
      const wish = { template: 'sealed', recipients }
      const { envelope } = await company.ask(envelopes, 'createFromTemplate', wish)
      await company.ask(envelopes, 'send', { envelope })
      const asked = { envelope, recipient: 'r1', reason: '合同' }
      t.match(await mei.ask('POST', at('requestSeal'), asked), { status: 200 })
      return envelope
    }
    const rollout = await rollOut(company, 'e-signature', edition, [half, full], async () => {
      for (const envelope of waiting.splice(0, 4)) {
        sealed.push(envelope)
        const decided = { envelope, recipient: 'r1', approve: true }
        const { status } = await li.ask('POST', at('decideSeal'), decided)
        t.ok(status === 200 || status >= 500, `${status}`)
      }
      await askedAtOnce(2, () => show(sealed[0] ?? ''), answers)
    })
    t.equal(rollout.state, 'aborted', lastReason(rollout))
    t.equal(rollout.transitions.at(-1)?.actor, 'judge')
    t.same(new Set(answers), new Set([200]), 'who reads sees nothing of it')
    await company.eventually('a sweep of its own', startSweep, (isStarted) => isStarted)
    for (const envelope of sealed) {
      const { body } = await company.eventually(
        envelope,
        () => show(envelope),
        // With its certificate, which is made behind the answer: from here on the envelope stays as it is.
        ({ body: { state, certificate } }) => state === 'completed' && certificate !== undefined,
        150_000,
      )
      t.match(body.documents, [{ revision: 1 }])
      t.equal(pdfSignatures(await fileOf(company, envelope)).length, 1)
      t.match(await company.ask(envelopes, 'verifyEvidence', { envelope }), { valid: true })
    }
    t.same(await judgeSignatures(await fileOf(company, sealed[0] ?? ''), room.openssl), [])
    for (const envelope of waiting) {
      const read = () => company.ask(envelopes, 'envelope', { envelope })
      t.match(await company.eventually(envelope, read, () => true), { state: 'sent' })
    }
  },
)

t.test(
  'a version of e-signature that answers against its contract is taken back by the first call',
  async (t) => {
    const edition = {
      version: '1.3.0',
      edit: {
        'src/envelopes-service.ts': (text: string) =>
          text.replace(
            '...envelopeOperations(port),',
            `...envelopeOperations(port), envelopes: async (input: never, ctx: never) =>
              (input as { limit?: number }).limit === 7 ? { items: 'none' } : envelopeOperations(port).envelopes(input, ctx),`,
          ),
      },
    }
    const list = () => company.call(envelopes, 'envelopes', { limit: 7 })
    const stable = await list()
    const answers: number[] = []
    const rollout = await rollOut(company, 'e-signature', edition, [half, full], () =>
      askedAtOnce(4, list, answers),
    )
    t.equal(rollout.state, 'aborted', lastReason(rollout))
    t.match(rollout.transitions.at(-1)?.reason.en, 'contract')
    t.same(new Set(answers), new Set([200]))
    t.same((await list()).body, stable.body)
  },
)

const badFolds = {
  'cannot fold invoices': {
    version: '1.1.0',
    edit: {
      'src/projection/fold-order.ts': (text: string) =>
        text.replace(
          'const core = foldCore(told)',
          "if (told.some(({ type }) => type === 'orders.invoice.issued')) throw new Error('broken')\n  const core = foldCore(told)",
        ),
    },
  },
  'names other customers, and cannot fold invoices': {
    version: '1.2.0',
    edit: {
      'src/projection/fold-order.ts': (text: string) =>
        text
          .replace(
            'const core = foldCore(told)',
            "if (told.some(({ type }) => type === 'orders.invoice.issued')) throw new Error('broken')\n  const core = foldCore(told)",
          )
          .replace('headOf(core),', "headOf(core), customer: 'NOBODY',"),
    },
  },
}

for (const [fault, edition] of Object.entries(badFolds)) {
  t.test(
    `a version of order visibility that ${fault} is taken back, and the view is whole`,
    async (t) => {
      const first = await road.ship()
      await company.eventually(
        'the order',
        () => road.order(first),
        ({ status }) => status === 200,
      )
      const [these, answers]: [number[], number[]] = [[], []]
      const rollout = await rollOut(
        company,
        'order-visibility',
        edition,
        [half, full],
        async () => {
          for (let k = 0; k < 4; k++) {
            const n = await road.ship()
            these.push(n)
            await road.invoice(n)
          }
          await askedAtOnce(4, () => road.order(first), answers)
        },
      )
      t.equal(rollout.state, 'aborted', lastReason(rollout))
      t.equal(rollout.transitions.at(-1)?.actor, 'judge')
      t.same(new Set(answers), new Set([200]))
      for (const n of these) {
        await company.eventually(
          `invoice of ${n}`,
          () => road.order(n),
          ({ body }) => /invoice/i.test(JSON.stringify(body.timeline)),
        )
      }
      await road.requireWhole(t)
    },
  )
}
