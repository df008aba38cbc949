import t from 'tap'
import { limitedAddress, parseTrustedProxies } from '../../src/gateway/client-address.ts'

t.test('an IPv4 address is counted by itself, and an IPv6 one by its /64', async (t) => {
  for (const [address, name] of [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002:ffff::', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ] as const) {
    t.equal(limitedAddress(address), name, address)
  }
})

t.test('proxies are named by addresses and ranges, and by nothing else', async (t) => {
  const read = parseTrustedProxies('10.0.0.0/8, 192.0.2.7 fd00::/8')
  const trusts = 'trusts' in read ? read.trusts : () => false
  for (const address of ['10.9.8.7', '::ffff:10.1.1.1', '192.0.2.7', 'fd12::1']) {
    t.equal(trusts(address), true, address)
  }
  for (const address of ['11.0.0.1', '192.0.2.8', 'fe80::1', '', 'localhost']) {
    t.equal(trusts(address), false, address)
  }
  for (const wrong of [
    'proxy.corp',
    '10.0.0.0/33',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '*',
  ]) {
    t.same(parseTrustedProxies(`10.0.0.1, ${wrong}`), { wrong })
  }
})
