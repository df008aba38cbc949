import { Refusal } from '@signalbox/sdk'
import { writtenKey } from '../identifiers/written-key.ts'
import type { KeyRange } from './event-store.ts'

/** The first text behind all that begin so, in byte order of UTF-8. */
const last = '\u{10ffff}'

/** How the classes of a key begin, by the company prefix and what comes of the reference. */
const begins: Readonly<Record<string, (key: string) => readonly string[]>> = {
  sgtin: (key) => anyFirstDigit('/01/', key),
  upui: (key) => anyFirstDigit('/01/', key),
  lgtin: (key) => anyFirstDigit('/01/', key),
  sscc: (key) => anyFirstDigit('/00/', key),
  itip: (key) => anyFirstDigit('/8006/', key),
  sgln: (key) => [`/414/${key}`],
  pgln: (key) => [`/417/${key}`],
  grai: (key) => [`/8003/0${key}`],
  giai: (key) => [`/8004/${key}`],
  gsrn: (key) => [`/8018/${key}`],
  gsrnp: (key) => [`/8017/${key}`],
  gdti: (key) => [`/253/${key}`],
  sgcn: (key) => [`/255/${key}`],
  cpi: (key) => [`/8010/${key}`],
  ginc: (key) => [`/401/${key}`],
  gsin: (key) => [`/402/${key}`],
}

/** The indicator or extension digit stands before the company prefix. */
function anyFirstDigit(path: string, key: string): readonly string[] {
  return Array.from({ length: 10 }, (_, digit) => `${path}${digit}${key}`)
}

/**
 * The keys that a name or pattern stands for (MATCH_epc of EPCIS 2.0 §8.2.7.1): one key, all serials of a class
 * (`urn:epc:idpat:sgtin:4012345.011111.*`), everything of a company prefix (`urn:epc:idpat:sscc:4012345.*`), or all that begins
 * with what stands before a star (`https://id.gs1.org/01/04012345111118/*`).
 *
 * @throws Refusal PATTERN_INVALID
 */
export function keyRanges(pattern: string): readonly KeyRange[] {
  const [, scheme = '', name = ''] = /^urn:epc:idpat:([a-z]+):(.+)$/.exec(pattern) ?? []
  const open = /^([0-9]{6,12})\.\*(?:\.\*)*$/.exec(name)
  if (open !== null) {
    const starts = begins[scheme]?.(open[1] ?? '')
    if (starts === undefined) throw invalid(pattern)
    return starts.map((path) => startingWith(`https://id.gs1.org${path}`))
  }
  const key = writtenKey(pattern)
  if (key !== pattern && scheme !== '') return [startingWith(key)]
  const star = pattern.indexOf('*')
  if (star === -1) return [{ low: key, high: key }]
  const before = pattern.slice(0, -1)
  // A very short beginning would be all there is.
  if (star !== pattern.length - 1 || star < 10 || scheme !== '') throw invalid(pattern)
  return [startingWith(before)]
}

function startingWith(low: string): KeyRange {
  return { low, high: low + last }
}

function invalid(pattern: string): Refusal {
  return new Refusal(
    'PATTERN_INVALID',
    `${pattern.slice(0, 100)} is no pattern: a star stands for all serials of a class or company prefix in urn:epc:idpat:…, or at the end of what a key begins with.`,
  )
}
