import { detectCarriers } from './carriers/detect-carrier.ts'
import { eventHash } from './epcis/event-hash/event-hash.ts'
import { canonicalKey } from './identifiers/digital-link.ts'
import { md5 } from './intake/md5.ts'
import { foldScans } from './scans/fold-scans.ts'
import type { Scan } from './scans/scan.ts'
import { meanKineticTemperature } from './sensors/mean-kinetic-temperature.ts'

/** Known answers, checked before a version serves. */
export function selfTest(): void {
  checkScans()
  checkEvents()
}

function checkScans(): void {
  const [post] = detectCarriers('RB 123456785 GB')
  require(post?.carrier === 's10', 'a number of UPU S10')
  require(detectCarriers('1Z5R89390357567128').length === 0, 'a wrong check digit of UPS')
  // RFC 1321, A.5.
  require(md5('message digest') === 'f96b697d7cb7938d525a2f31aaf161d0', 'MD5')
  const scan = { code: '', place: '', source: 'self-test' }
  const delivered: Scan = { ...scan, at: 2000, status: 'delivered' }
  const late: Scan = { ...scan, at: 900_000, status: 'in-transit' }
  require(foldScans([late, delivered]).status === 'delivered', 'a delivery is final')
}

function checkEvents(): void {
  // An example of the reference implementation of the event hash.
  const { hash } = eventHash(
    {
      type: 'ObjectEvent',
      eventTime: '2023-02-02T11:04:03.1414Z',
      eventTimeZoneOffset: '+01:00',
      epcList: ['https://id.gs1.de/00/040123451111111110'],
      action: 'OBSERVE',
      bizStep: 'transporting',
      readPoint: { id: 'geo:50.947573340894124,6.922120147375441' },
    },
    new Map(),
  )
  const known =
    'ni:///sha-256;0550df44527332c1fe417c5837fe61b9e71eaa93307b88519dac549bf2d4dcf9?ver=CBV2.0'
  require(hash === known, 'an event hash')
  const link = canonicalKey('urn:epc:id:sscc:4012345.3111111111')
  require(link === 'https://id.gs1.org/00/340123451111111111', 'the Digital Link of an SSCC')
  const mean = meanKineticTemperature([5, 5, 25])
  require(mean > 35 / 3 && mean < 25, 'a mean kinetic temperature')
}

function require(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(`Self-test: ${what} is wrong.`)
}
