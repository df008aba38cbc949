import type { TestHost } from '@signalbox/sdk/testing'
import t, { type Test } from 'tap'
import { DAY, get, list, newHost, rejected, type Summary, service } from './story.ts'

async function asked(t: Test, host: TestHost) {
  await host.emit('quality.lot.rejected', rejected(1))
  const one = (await list(host))[0] as Summary
  const question = 'Why are the bores small?'
  const ask = { id: one.id, revision: one.revision, question, contact: 'quality@s1.example' }
  const issued = await host.call<Summary & { request: string; links: Record<string, string> }>(
    service,
    'issueScar',
    ask,
  )
  t.match(issued.links, { view: /^https:/, reply: /^https:/ })
  return issued
}

t.test(
  'a supplier without an account reads and answers by a link, each round by its own',
  async (t) => {
    const host = await newHost()
    const issued = await asked(t, host)
    const { view = '', reply = '' } = issued.links
    t.match(host.messages, [{ to: ['quality@s1.example'], text: new RegExp(view.slice(-20)) }])
    const shown = await host.follow<Record<string, unknown>>(view)
    t.match(shown, {
      question: 'Why are the bores small?',
      state: 'issued',
      lot: 'L-1',
      reply: null,
    })
    t.notOk('owner' in shown, 'what is ours alone is not shown')
    const answer = { rootCause: 'worn drill', correctiveAction: 'drill life halved', name: 'Li' }
    await t.rejects(host.follow(reply, { rootCause: 'x' }), { code: 'CORE_INPUT_INVALID' })
    t.match(await host.follow(reply, answer), {
      state: 'replied',
      reply: { rootCause: 'worn drill' },
    })
    await t.rejects(host.follow(reply, answer), { code: 'REQUEST_NOT_POSSIBLE' })
    const { revision } = await get(host, issued.id)
    const judged = { request: issued.request, revision }
    await t.rejects(host.call(service, 'judgeScar', { ...judged, verdict: 'return' }), {
      code: 'REASON_MISSING',
    })
    const returned = await host.call<{ links: Record<string, string>; revision: number }>(
      service,
      'judgeScar',
      { ...judged, verdict: 'return', remark: 'Why was it worn?' },
    )
    await t.rejects(host.follow(reply, answer), { code: 'CORE_LINK_EXPIRED' })
    t.match(await host.follow(returned.links['reply'] ?? '', answer), {
      state: 'replied',
      round: 2,
    })
    const again = await get(host, issued.id)
    await host.call(service, 'judgeScar', {
      ...{ request: issued.request, revision: again.revision, verdict: 'accept' },
    })
    t.match((await get(host, issued.id)) as object, { requests: [{ state: 'accepted', round: 2 }] })
  },
)

t.test('a link that is over answers nothing, and a late supplier is told of', async (t) => {
  const host = await newHost()
  const issued = await asked(t, host)
  await host.advance(11 * DAY)
  const overdue = host.published.filter(({ type }) => type === 'quality.eight-d.overdue')
  t.ok(overdue.some(({ data }) => (data as { step: string }).step === 'SCAR'))
  await host.advance(14 * DAY)
  const answer = { rootCause: 'worn drill', correctiveAction: 'drill life halved' }
  await t.rejects(host.follow(issued.links['reply'] ?? '', answer), { code: 'CORE_LINK_EXPIRED' })
  t.match((await get(host, issued.id)) as object, { requests: [{ state: 'issued' }] })
  const bare = await newHost({ grants: ['db:own', 'event:subscribe', 'event:publish'] })
  await bare.emit('quality.lot.rejected', rejected(1))
  const one = (await list(bare))[0] as Summary
  const plain = { id: one.id, revision: one.revision, question: 'Why?' }
  t.match(await bare.call(service, 'issueScar', plain), { links: null })
})
