import t from 'tap'
import { fc } from '../../../../sdk/test/seeded-check.ts'
import { type AddressKind, specialKind } from '../../../src/broker/http/address-rules.ts'
import { isInRange, parseIp, parseRange } from '../../../src/broker/http/ip-address.ts'

const kinds: readonly (readonly [address: string, kind: AddressKind | undefined])[] = [
  ['93.184.216.34', undefined],
  ['1.1.1.1', undefined],
  ['2606:4700::1111', undefined],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['::1', 'loopback'],
  ['0.0.0.0', 'reserved'],
  ['::', 'reserved'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['172.32.0.1', undefined],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'shared'],
  ['100.127.255.255', 'shared'],
  ['100.128.0.1', undefined],
  ['169.254.1.1', 'link-local'],
  ['169.254.169.254', 'metadata'],
  ['169.254.170.2', 'metadata'],
  ['168.63.129.16', 'metadata'],
  ['100.100.100.200', 'metadata'],
  ['fd00:ec2::254', 'metadata'],
  ['224.0.0.1', 'multicast'],
  ['255.255.255.255', 'reserved'],
  ['198.18.0.1', 'reserved'],
  ['192.0.2.1', 'reserved'],
  ['203.0.113.9', 'reserved'],
  ['::ffff:127.0.0.1', 'translated'],
  ['::ffff:7f00:1', 'translated'],
  ['::ffff:93.184.216.34', 'translated'],
  ['::127.0.0.1', 'reserved'],
  ['64:ff9b::7f00:1', 'translated'],
  ['64:ff9b:1::a00:1', 'translated'],
  ['2002:7f00:1::', 'translated'],
  ['2002:c0a8:101::1', 'translated'],
  ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'translated'],
  ['2001:db8::1', 'reserved'],
  ['3fff::1', 'reserved'],
  ['fc00::1', 'private'],
  ['fdff::1', 'private'],
  ['fe80::1', 'link-local'],
  ['fec0::1', 'private'],
  ['ff02::1', 'multicast'],
  ['4000::1', 'reserved'],
  ['e000::1', 'reserved'],
]

t.test('an address is public, or it has a kind', (t) => {
  for (const [address, kind] of kinds) {
    const ip = parseIp(address)
    if (ip === undefined) t.fail(address)
    else t.equal(specialKind(ip), kind, address)
  }
  t.end()
})

t.test('what is no address, or one of a card of this machine, is none', (t) => {
  for (const text of [
    '',
    '127.1',
    '0x7f.0.0.1',
    '1.2.3.4.5',
    '256.1.1.1',
    'fe80::1%eth0',
    '::1 ',
  ]) {
    t.equal(parseIp(text), undefined, text)
  }
  for (const text of ['10.0.0.0/33', '10.0.0.1/8', '10.0.0.0', '::/129', '10.0.0.0/-1', '/8']) {
    t.equal(parseRange(text), undefined, text)
  }
  t.end()
})

t.test('an address is the same number however it is written, and in its own range alone', (t) => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const url = `http://[${text}]/`
      if (!URL.canParse(url)) return true
      return parseIp(text)?.value === parseIp(new URL(url).hostname.slice(1, -1))?.value
    }),
  )
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.integer({ min: 0, max: 32 }), (one, other, bits) => {
      const number = (text: string) =>
        text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
      const size = 2 ** (32 - bits)
      const base = Math.floor(number(one) / size) * size
      const dotted = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.')
      const range = parseRange(`${dotted}/${bits}`)
      const ip = parseIp(other)
      if (range === undefined || ip === undefined) return false
      return isInRange(ip, range) === (number(other) >= base && number(other) < base + size)
    }),
  )
  t.end()
})
