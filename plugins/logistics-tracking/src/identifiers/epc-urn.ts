import { withCheckDigit } from './check-digit.ts'

const canonical = 'https://id.gs1.org'

/** Characters of a serial, lot or extension in a pure identity URI (EPC Tag Data Standard 2.0 §6.3 and table A-1). */
const serial =
  "(?:%2[125-9A-Fa-f]|%3[0-9A-Fa-f]|%4[1-9A-Fa-f]|%5[0-9AaFf]|%6[1-9A-Fa-f]|%7[0-9Aa]|[!')(*+,.0-9:;=A-Za-z_-])"
/** Characters of a component or part identifier. */
const part = '(?:%2[3dfDF]|%3[0-9]|%4[1-9A-Fa-f]|%5[0-9Aa]|[0-9A-Z-])'

interface Scheme {
  /** Digits of company prefix and reference together; absent where the reference is free text. */
  readonly digits?: number
  /** What comes after company prefix and reference. */
  readonly rest: string
  /** As the path of a Digital Link; `key` has no check digit yet where one is due. */
  readonly path: (key: string, rest: readonly string[]) => string
}

/** An indicator or extension digit stands first in the key, but begins the reference in the URN. */
type Shape = 'indicator' | 'plain'

interface Row extends Scheme {
  readonly shape: Shape
}

const gtin = (key: string) => `/01/${withCheckDigit(key)}`
const encoded = encodeForLink

/** The pure identity schemes of the EPC Tag Data Standard 2.0 §6.3, and the key of each in GS1 Digital Link 1.2 §4. */
const identities: Readonly<Record<string, Row>> = {
  sgtin: {
    shape: 'indicator',
    digits: 13,
    rest: `\\.(${serial}{1,20})`,
    path: (key, [serial = '']) => `${gtin(key)}/21/${encoded(serial)}`,
  },
  sscc: { shape: 'indicator', digits: 17, rest: '', path: (key) => `/00/${withCheckDigit(key)}` },
  sgln: {
    shape: 'plain',
    digits: 12,
    rest: `\\.(${serial}{1,20})`,
    path: (key, [extension = '0']) =>
      `/414/${withCheckDigit(key)}${extension === '0' ? '' : `/254/${encoded(extension)}`}`,
  },
  grai: {
    shape: 'plain',
    digits: 12,
    rest: `\\.(${serial}{1,16})`,
    path: (key, [serial = '']) => `/8003/${withCheckDigit(`0${key}`)}${encoded(serial)}`,
  },
  gsrn: { shape: 'plain', digits: 17, rest: '', path: (key) => `/8018/${withCheckDigit(key)}` },
  gsrnp: { shape: 'plain', digits: 17, rest: '', path: (key) => `/8017/${withCheckDigit(key)}` },
  gdti: {
    shape: 'plain',
    digits: 12,
    rest: `\\.(${serial}{1,17})`,
    path: (key, [serial = '']) => `/253/${withCheckDigit(key)}${encoded(serial)}`,
  },
  sgcn: {
    shape: 'plain',
    digits: 12,
    rest: '\\.([0-9]{1,12})',
    path: (key, [serial = '']) => `/255/${withCheckDigit(key)}${serial}`,
  },
  gsin: { shape: 'plain', digits: 16, rest: '', path: (key) => `/402/${withCheckDigit(key)}` },
  pgln: { shape: 'plain', digits: 12, rest: '', path: (key) => `/417/${withCheckDigit(key)}` },
  itip: {
    shape: 'indicator',
    digits: 13,
    rest: `\\.([0-9]{2})\\.([0-9]{2})\\.(${serial}{1,20})`,
    path: (key, [piece, total, serial = '']) =>
      `/8006/${withCheckDigit(key)}${piece}${total}/21/${encoded(serial)}`,
  },
  upui: {
    shape: 'indicator',
    digits: 13,
    rest: `\\.(${serial}{1,28})`,
    path: (key, [serial = '']) => `${gtin(key)}/235/${encoded(serial)}`,
  },
  giai: { shape: 'plain', rest: `(${serial}{1,24})`, path: (key) => `/8004/${encoded(key)}` },
  ginc: { shape: 'plain', rest: `(${serial}{1,24})`, path: (key) => `/401/${encoded(key)}` },
  cpi: {
    shape: 'plain',
    rest: `(${part}{1,24})\\.([0-9]{1,12})`,
    path: (key, [serial]) => `/8010/${encoded(key)}/8011/${serial}`,
  },
}

const classes: Readonly<Record<string, Row>> = {
  lgtin: {
    shape: 'indicator',
    digits: 13,
    rest: `\\.(${serial}{1,20})`,
    path: (key, [lot = '']) => `${gtin(key)}/10/${encoded(lot)}`,
  },
}

/** Patterns over all serials, which stand for the class. */
const patterns: Readonly<Record<string, Row>> = {
  sgtin: { shape: 'indicator', digits: 13, rest: '\\.\\*', path: gtin },
  upui: { shape: 'indicator', digits: 13, rest: '\\.\\*', path: gtin },
  grai: {
    shape: 'plain',
    digits: 12,
    rest: '\\.\\*',
    path: (key) => `/8003/${withCheckDigit(`0${key}`)}`,
  },
  gdti: {
    shape: 'plain',
    digits: 12,
    rest: '\\.\\*',
    path: (key) => `/253/${withCheckDigit(key)}`,
  },
  sgcn: {
    shape: 'plain',
    digits: 12,
    rest: '\\.\\*',
    path: (key) => `/255/${withCheckDigit(key)}`,
  },
  itip: {
    shape: 'indicator',
    digits: 13,
    rest: '\\.([0-9]{2})\\.([0-9]{2})\\.\\*',
    path: (key, [piece, total]) => `/8006/${withCheckDigit(key)}${piece}${total}`,
  },
  cpi: { shape: 'plain', rest: `(${part}{1,24})\\.\\*`, path: (key) => `/8010/${encoded(key)}` },
}

const families: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
  id: identities,
  class: classes,
  idpat: patterns,
}

const compiled = new Map<Row, RegExp>()

/**
 * The canonical Digital Link of an EPC URN, EPC class URN or pattern of all serials: the host id.gs1.org, application
 * identifiers as numbers, check digit added.
 * @returns undefined for what is no URN of a GS1 key
 */
export function urnToDigitalLink(urn: string): string | undefined {
  const [, family = '', scheme = '', name = ''] = /^urn:epc:([a-z]+):([a-z]+):(.+)$/.exec(urn) ?? []
  const row = families[family]?.[scheme]
  if (row === undefined) return undefined
  return row.digits === undefined ? freeKey(row, name) : digitKey(row, row.digits, name)
}

function digitKey(row: Row, digits: number, name: string): string | undefined {
  const match = patternOf(row, `^([0-9]{6,12})\\.([0-9]*)${row.rest}$`).exec(name)
  const [, prefix = '', reference = '', ...rest] = match ?? []
  if (match === null || prefix.length + reference.length !== digits) return undefined
  const key =
    row.shape === 'indicator'
      ? reference.slice(0, 1) + prefix + reference.slice(1)
      : prefix + reference
  return canonical + row.path(key, rest)
}

function freeKey(row: Row, name: string): string | undefined {
  const match = patternOf(row, `^([0-9]{6,12})\\.${row.rest}$`).exec(name)
  const [, prefix = '', reference = '', ...rest] = match ?? []
  // A key of this kind has 30 characters at most, however long the company prefix is.
  if (match === null || prefix.length + decodedLength(reference) > 30) return undefined
  return canonical + row.path(prefix + reference, rest)
}

function decodedLength(text: string): number {
  return text.replace(/%[0-9A-Fa-f]{2}/g, '.').length
}

function patternOf(row: Row, source: string): RegExp {
  const known = compiled.get(row)
  if (known !== undefined) return known
  const pattern = new RegExp(source)
  compiled.set(row, pattern)
  return pattern
}

const escapes: Readonly<Record<string, string>> = {
  '!': '%21',
  '(': '%28',
  ')': '%29',
  '*': '%2A',
  '+': '%2B',
  ',': '%2C',
  ':': '%3A',
}

/** What a URN may say plainly and a Digital Link may not (GS1 Digital Link 1.2, table 7-1). */
function encodeForLink(text: string): string {
  return text.replace(/[!()*+,:]/g, (character) => escapes[character] ?? character)
}
