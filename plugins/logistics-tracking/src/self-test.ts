import { eventHash } from './epcis/event-hash/event-hash.ts'
import { canonicalKey } from './identifiers/digital-link.ts'
import { meanKineticTemperature } from './sensors/mean-kinetic-temperature.ts'

/** Known answers, checked before a version serves. */
export function selfTest(): void {
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
  if (hash !== known) throw new Error(`the event hash is ${hash}, not ${known}`)
  const link = canonicalKey('urn:epc:id:sscc:4012345.3111111111')
  if (link !== 'https://id.gs1.org/00/340123451111111111') throw new Error(`an SSCC became ${link}`)
  const mean = meanKineticTemperature([5, 5, 25])
  if (!(mean > 35 / 3 && mean < 25)) throw new Error(`a mean kinetic temperature is ${mean}`)
}
