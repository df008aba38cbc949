import t from 'tap'
import { parseIp } from '../../../src/broker/http/ip-address.ts'
import {
  type AllowedPlace,
  addressRefusal,
  isNamed,
  parsePlaces,
} from '../../../src/broker/http/operator-list.ts'

function list(text: string): readonly AllowedPlace[] {
  const read = parsePlaces(text)
  if ('wrong' in read) throw new Error(read.wrong)
  return read.places
}

function refused(text: string, url: string, address: string) {
  const ip = parseIp(address)
  if (ip === undefined) throw new Error(address)
  return addressRefusal(list(text), new URL(url), ip)
}

t.test('the list is origins, hosts and ranges; anything else is told', (t) => {
  t.same(
    list(' http://127.0.0.1:9000, https://ERP.corp/ ,erp.corp,10.0.0.0/8,[::1],fd00::/8,,').map(
      ({ kind }) => kind,
    ),
    ['origin', 'origin', 'host', 'addresses', 'host', 'addresses'],
  )
  for (const wrong of [
    'http://',
    'http://a/path',
    'http://*.corp',
    '*.corp',
    '*',
    'erp.corp:9000',
    'ftp://a',
    'http://u:p@a',
    '10.0.0.1/8',
    '::1',
    'a b',
    'http://a?x',
    'a.',
  ]) {
    t.same(parsePlaces(`http://ok,${wrong}`), { wrong }, wrong)
  }
  t.end()
})

t.test('without TLS only what is named is asked', (t) => {
  const places = list('http://127.0.0.1:9000,erp.corp,10.0.0.0/8')
  const named = (url: string) => isNamed(places, new URL(url))
  t.ok(named('http://127.0.0.1:9000/x'))
  t.ok(named('http://0x7f.1:9000/x'))
  t.notOk(named('http://127.0.0.1:9001/x'))
  t.notOk(named('https://127.0.0.1:9000/x'))
  t.notOk(named('http://localhost:9000/x'))
  t.ok(named('http://erp.corp:81/'))
  t.ok(named('http://10.2.3.4/'))
  t.notOk(named('http://a.erp.corp/'))
  t.notOk(named('http://11.2.3.4/'))
  t.end()
})

t.test(
  'a private address is reached by the name or the range that the operator gave, no other',
  (t) => {
    t.equal(refused('', 'https://a.example/', '10.0.0.1'), 'private')
    t.equal(refused('', 'https://a.example/', '93.184.216.34'), undefined)
    t.equal(refused('10.0.0.0/8', 'https://a.example/', '10.0.0.1'), undefined)
    t.equal(refused('10.0.0.0/8', 'https://a.example/', '192.168.0.1'), 'private')
    t.equal(refused('erp.corp', 'https://erp.corp:8443/', '192.168.0.1'), undefined)
    t.equal(refused('erp.corp', 'https://a.example/', '192.168.0.1'), 'private')
    t.equal(refused('http://127.0.0.1:9000', 'http://127.0.0.1:9000/', '127.0.0.1'), undefined)
    t.equal(refused('http://127.0.0.1:9000', 'http://127.0.0.1:9001/', '127.0.0.1'), 'loopback')
    t.end()
  },
)

t.test("a named host does not lead to a cloud's credentials; only the address itself does", (t) => {
  t.equal(refused('erp.corp', 'http://erp.corp/', '169.254.169.254'), 'metadata')
  t.equal(refused('erp.corp', 'http://erp.corp/', '::ffff:127.0.0.1'), 'translated')
  t.equal(refused('erp.corp', 'http://erp.corp/', '0.0.0.0'), 'reserved')
  t.equal(refused('169.254.169.254', 'http://169.254.169.254/', '169.254.169.254'), undefined)
  t.equal(refused('169.254.0.0/16', 'http://erp.corp/', '169.254.169.254'), undefined)
  t.end()
})
