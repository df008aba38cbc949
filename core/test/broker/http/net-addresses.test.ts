import { CodedError } from '@signalbox/sdk/errors'
import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { netAddresses } from '../../../src/broker/http/net-addresses.ts'
import { parsePlaces } from '../../../src/broker/http/operator-list.ts'
import { askingBroker } from '../../support/asking-broker.ts'

const names: Readonly<Record<string, readonly string[]>> = {
  'mail.example.com': ['93.184.216.34', '2606:2800:220:1::1'],
  'half.example.com': ['93.184.216.34', '10.0.0.5'],
  'mail.corp': ['10.0.0.7'],
  'meta.corp': ['169.254.169.254'],
}
const resolve = async (host: string) => names[host] ?? []

function asking(allow = '') {
  const read = parsePlaces(allow)
  if ('wrong' in read) throw new Error(read.wrong)
  const { places } = read
  const ports = { places, resolvePublic: resolve, resolveLocal: resolve, now: () => 0 }
  let now = 0
  const clock = () => (now += 1000)
  const { ask } = askingBroker({ calls: { 'net.addresses': netAddresses(ports) }, clock })
  return (host: unknown, port: unknown = 465, by = {}) => ask('net.addresses', { host, port }, by)
}

t.test('a public name leads to its addresses, an address to itself', async (t) => {
  const addresses = asking()
  t.strictSame(await addresses('mail.example.com'), names['mail.example.com'])
  t.strictSame(await addresses('MAIL.Example.com'), names['mail.example.com'])
  t.strictSame(await addresses('93.184.216.34'), ['93.184.216.34'])
  t.strictSame(await addresses('2606:2800:220:1::1'), ['2606:2800:220:1::1'])
})

t.test('nowhere inside, unless the operator named it', async (t) => {
  const inside = [
    'half.example.com',
    'mail.corp',
    'meta.corp',
    '127.0.0.1',
    '::1',
    '0x7f.1',
    '2130706433',
  ]
  for (const host of inside) {
    await t.rejects(asking()(host), { code: 'CORE_FETCH_ADDRESS_REFUSED' }, host)
  }
  const named = asking('mail.corp,meta.corp,https://127.0.0.1:2525')
  t.strictSame(await named('mail.corp'), ['10.0.0.7'])
  t.strictSame(await named('127.0.0.1', 2525), ['127.0.0.1'])
  await t.rejects(named('127.0.0.1', 25), { code: 'CORE_FETCH_ADDRESS_REFUSED' })
  await t.rejects(named('meta.corp'), { code: 'CORE_FETCH_ADDRESS_REFUSED' })
})

t.test('a name without an address, and a guest of the sandbox, get none', async (t) => {
  await t.rejects(asking()('nobody.example.com'), { code: 'CORE_FETCH_FAILED' })
  const sandbox = { tier: 'sandbox' }
  await t.rejects(asking()('mail.example.com', 465, sandbox), { code: 'CORE_TRUSTED_ONLY' })
})

t.test('whatever stands for a host, it is one, or refused', async () => {
  const addresses = asking()
  const known = new Set(Object.values(names).flat())
  const odd = fc.oneof(
    fc.string(),
    fc.webUrl(),
    fc.ipV4(),
    fc.constantFrom('a@b', 'a/b', 'a:1', '[::1', '*.b.c'),
  )
  await fc.assert(
    fc.asyncProperty(odd, fc.integer({ min: -1, max: 70_000 }), async (host, port) => {
      const told = await addresses(host, port).catch((error: unknown) => error)
      if (told instanceof CodedError) return true
      return (told as string[]).every(
        (address) => known.has(address) || address === host || host.includes('.'),
      )
    }),
  )
})
