import t from 'tap'
import { Company } from '../support/company.ts'
import { HostProcess } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import {
  buyer,
  defineContract,
  envelopes,
  seller,
  sendContract,
} from '../support/signing-company.ts'
import { SigningRoom } from '../support/signing-room.ts'
import { Visitor } from '../support/signing-visitor.ts'

const { appendFileSync } = await import('node:fs')
console.error = (...words: unknown[]) => appendFileSync('/tmp/ese-measure.txt', words.map((w) => typeof w === 'string' ? w : JSON.stringify(w)).join(' ') + '\n')
const room = await SigningRoom.open(t)
const { hostUrl } = await testDatabases(t)
const { environment } = room
const host = await HostProcess.start(t, { databaseUrl: hostUrl, environment })
const company = await Company.open(t, host, 'dongchen', ['e-signature'])
await room.furnish(company)
for (const level of ['B-B', 'B-T']) {
  const {
    items: [standard],
  } = await company.ask(envelopes, 'policies', {})
  const { revision, changedAt, ...rest } = standard
  await company.ask(envelopes, 'definePolicy', {
    ...rest,
    policy: `quick-${level}`,
    level,
    onTimestampDown: 'degrade',
    mustRead: false,
  })
  const t0 = Date.now()
  await defineContract(company, {
    template: `big-${level}`,
    pages: 50,
    ballast: 5_000_000,
    policy: `quick-${level}`,
    isSealed: false,
  })
  console.error('define', Date.now() - t0)
  const times: number[][] = [[], []]
  for (let n = 0; n < 6; n++) {
    const t1 = Date.now()
    await sendContract(company, { template: `big-${level}`, isSealed: false })
    console.error('create and send', Date.now() - t1)
    for (const [index, one] of [buyer, seller].entries()) {
      const v = new Visitor(company, room, one.email)
      const shown = await v.look()
      const ag = await v.agreement(shown)
      for (;;) {
        const t2 = performance.now()
        const r = await fetch(`${host.url}${new URL(shown.links['sign'] ?? '').pathname}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(index === 0 ? { ...ag, values: { place: '苏州' } } : ag),
        })
        const body = await r.json()
        const ms = performance.now() - t2
        if (r.status === 429) {
          await new Promise((d) => setTimeout(d, 1000))
          continue
        }
        if (r.status !== 200) t.fail(JSON.stringify(body))
        times[index]?.push(ms)
        break
      }
    }
  }
  console.error(level, 'first', times[0]?.map(Math.round), 'last', times[1]?.map(Math.round))
}
console.error(
  host
    .log()
    .split('\n')
    .filter((l) => l.includes('MEAS'))
    .map((l) => l.slice(0, 1500))
    .join('\n'),
)
