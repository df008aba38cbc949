import { urnToDigitalLink } from './epc-urn.ts'

/** Short names of GS1 Digital Link 1.0 and 1.1, which later versions write as application identifiers. */
const shortNames: Readonly<Record<string, string>> = {
  gtin: '01',
  itip: '8006',
  cpid: '8010',
  gln: '414',
  party: '417',
  gsrnp: '8017',
  gsrn: '8018',
  gcn: '255',
  sscc: '00',
  gdti: '253',
  ginc: '401',
  gsin: '402',
  grai: '8003',
  giai: '8004',
  cpv: '22',
  lot: '10',
  ser: '21',
}

/** Characters of values in a Digital Link, or escapes. */
const text = `(?:["'.;<=>?_A-Za-z0-9-]|%[0-9A-Fa-f]{2})`
const partText = '(?:[#0-9A-Z-]|%[0-9A-Fa-f]{2})'

interface Key {
  readonly value: RegExp
  /** Qualifiers that may follow, the finest first: only the finest one there is stays (CBV 2.0 §8.9.2, rule 18). */
  readonly qualifiers: readonly (readonly [identifier: string, value: RegExp])[]
  /** Qualifiers that name no finer object. */
  readonly dropped?: readonly string[]
}

const upTo = (length: number, characters = text) => new RegExp(`^${characters}{1,${length}}$`)
const number = (digits: number) => new RegExp(`^[0-9]{${digits}}$`)

/** The keys and qualifiers that a constrained canonical Digital Link may have. */
const keys: Readonly<Record<string, Key>> = {
  '00': { value: number(18), qualifiers: [] },
  '01': {
    value: number(14),
    qualifiers: [
      ['21', upTo(20)],
      ['235', upTo(28)],
      ['10', upTo(20)],
    ],
    dropped: ['22'],
  },
  '253': { value: new RegExp(`^[0-9]{13}${text}{0,17}$`), qualifiers: [] },
  '255': { value: /^[0-9]{13,25}$/, qualifiers: [] },
  '401': { value: upTo(30), qualifiers: [] },
  '402': { value: number(17), qualifiers: [] },
  '414': { value: number(13), qualifiers: [['254', upTo(20)]] },
  '417': { value: number(13), qualifiers: [] },
  '8003': { value: new RegExp(`^[0-9]{14}${text}{0,16}$`), qualifiers: [] },
  '8004': { value: upTo(30), qualifiers: [] },
  '8006': {
    value: number(18),
    qualifiers: [
      ['21', upTo(20)],
      ['10', upTo(20)],
    ],
    dropped: ['22'],
  },
  '8010': { value: upTo(30, partText), qualifiers: [['8011', /^[0-9]{1,12}$/]] },
  '8017': { value: number(18), qualifiers: [] },
  '8018': { value: number(18), qualifiers: [] },
}

/**
 * A Digital Link of any host in its constrained canonical form: id.gs1.org, numbers for names, GTINs of 14 digits, no
 * query, and of several qualifiers only the one that names the finest object.
 * @returns undefined for an address that is no Digital Link of a GS1 key
 */
export function canonicalDigitalLink(uri: string): string | undefined {
  const path = /^https?:\/\/[^/?#\s]+(\/[^?#\s]*)(?:\?[^#\s]*)?$/.exec(uri)?.[1]
  if (path === undefined) return undefined
  const segments = path
    .replace(/\/$/, '')
    .split('/')
    .slice(1)
    .map((segment) => shortNames[segment] ?? segment)
  const at = segments.findIndex(
    (segment, i) => keys[segment] !== undefined && /^[0-9]{4}./.test(segments[i + 1] ?? ''),
  )
  if (at === -1) return undefined
  const [name = '', value = '', ...rest] = segments.slice(at)
  return rest.length % 2 === 0 ? constrained(name, value, rest) : undefined
}

function constrained(name: string, value: string, rest: readonly string[]): string | undefined {
  const key = keys[name]
  const whole =
    name === '01' && /^(?:[0-9]{8}|[0-9]{12,14})$/.test(value) ? value.padStart(14, '0') : value
  if (key === undefined || !key.value.test(whole)) return undefined
  const given = new Map<string, string>()
  for (let i = 0; i < rest.length; i += 2) given.set(rest[i] ?? '', rest[i + 1] ?? '')
  for (const dropped of key.dropped ?? []) given.delete(dropped)
  const known = key.qualifiers.filter(([identifier]) => given.has(identifier))
  if (known.length !== given.size) return undefined
  const [finest] = known
  if (finest === undefined) return `https://id.gs1.org/${name}/${whole}`
  const [identifier, pattern] = finest
  const qualifier = given.get(identifier) ?? ''
  return pattern.test(qualifier)
    ? `https://id.gs1.org/${name}/${whole}/${identifier}/${qualifier}`
    : undefined
}

/** One text for all the ways to write a GS1 key: its constrained canonical Digital Link; anything else stays as it is. */
export function canonicalKey(uri: string): string {
  return canonicalKeyOrNone(uri) ?? uri
}

export function canonicalKeyOrNone(uri: string): string | undefined {
  return uri.startsWith('urn:') ? urnToDigitalLink(uri) : canonicalDigitalLink(uri)
}
