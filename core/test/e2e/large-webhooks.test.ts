import t from 'tap'
import { Company } from '../support/company.ts'
import { HostProcess, temporaryHome } from '../support/host-process.ts'
import { testDatabases } from '../support/postgres.ts'
import { keyFile } from '../support/sealing.ts'
import { logistics, pluginPath, ShippingCompany, shipments } from '../support/shipping-company.ts'

const { hostUrl: databaseUrl } = await testDatabases(t)
const home = await temporaryHome(t)
const environment = { SIGNALBOX_KEY_FILE: await keyFile(t) }
const settings = { databaseUrl, home, environment }
const host = await HostProcess.start(t, settings)
const before = await Company.open(t, host, 'dongchen', ['business-events', 'logistics-tracking'])
const road = await ShippingCompany.open(before)
const n = await road.ship()
const began = Date.now() - 40 * 3_600_000
const text = '"到达" 转运中心 \\ 😀 '.repeat(7)
const scans = Array.from({ length: 3000 }, (_, i) => ({
  // One parcel has a third of them, so that no transaction can hold those of even a few parcels.
  ...{ trackingNumber: i % 3 === 0 ? `SF${n}` : `OTHER${i % 50}`, status: 'in-transit' },
  ...{ place: 'Hefei', text, at: new Date(began + i * 31_000).toISOString() },
}))
const body = JSON.stringify({ scans })

interface Listed {
  readonly message: string
  readonly state: string
  readonly scans: number
}

interface Job {
  readonly job: string
  /** Null: none of it waits or runs. */
  readonly asked: object | null
  readonly runs: { readonly done?: number }
}

t.test(
  'a webhook of 900 kB that was acknowledged is taken in whole, though the host was killed, and can be read again',
  async (t) => {
    const bytes = Buffer.byteLength(body)
    t.comment(`${bytes} bytes`)
    t.ok(bytes > 900_000)
    t.equal(await road.push(body), 202)
    await host.kill('SIGKILL')
    const company = before.at(await HostProcess.start(t, settings))
    const messages = async (): Promise<Listed[]> => (await company.ask(shipments, 'messages')).items
    const whole = ([message]: Listed[]) =>
      message?.state === 'read' && message.scans === scans.length
    const kept = await company.eventually('all of its scans', messages, whole, 150_000)
    t.match(kept, [{ state: 'read', scans: 3000, faults: [] }])
    t.equal(kept.length, 1)
    const items: { at: string }[] = []
    for (let cursor: string | undefined, isLast = false; !isLast; isLast = cursor === undefined) {
      const wish = { shipment: `SHP-${n}`, limit: 200, ...(cursor === undefined ? {} : { cursor }) }
      const page = await company.ask(shipments, 'timeline', wish)
      items.push(...page.items)
      cursor = page.next
    }
    t.equal(new Set(items.map(({ at }) => at)).size, 1000)
    t.ok(items.every((item) => Reflect.get(item, 'text') === text.trim()))

    const message = kept[0]?.message
    const reading = async () => {
      const path = `${pluginPath(company, logistics)}/jobs`
      const { items } = await company.admin.request<{ items: Job[] }>('GET', path)
      return items.find(({ job }) => job === 'read-rest')
    }
    const isOver = (job: Job | undefined) => job?.asked === null
    const first = await company.eventually('the end of the job', reading, isOver, 150_000)
    t.match(await company.ask(shipments, 'replay', { message }), { messages: 1, failed: 0 })
    // By what the job has done: how the message stands between its parts is to be seen for moments only.
    const isAgain = (job: Job | undefined) =>
      isOver(job) && (job?.runs.done ?? 0) > (first?.runs.done ?? 0)
    await company.eventually('that it is read again', reading, isAgain, 150_000)
    await company.eventually('its end', messages, whole, 150_000)
    t.match(await company.ask(shipments, 'shipment', { shipment: `SHP-${n}` }), {
      status: 'in-transit',
    })
  },
)
