import { Fields, insideOf } from '../der/fields.ts'
import { Malformed } from '../der/malformed.ts'
import { type DerNode, readDer } from '../der/read-der.ts'
import {
  booleanOf,
  expectTag,
  namedBitsOf,
  octetStringOf,
  oidOf,
  serialOf,
  smallIntegerOf,
  Tag,
} from '../der/values.ts'
import { type GeneralName, generalNameOf, generalNamesOf, urisOf } from './general-names.ts'

export const keyUsageNames = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const
export type KeyUsage = (typeof keyUsageNames)[number]

export interface NameConstraints {
  readonly permitted: readonly GeneralName[]
  readonly excluded: readonly GeneralName[]
}

/** What is read of RFC 5280 §4.2. */
export interface Extensions {
  readonly basicConstraints?: { readonly ca: boolean; readonly pathLength?: number }
  readonly keyUsage?: readonly KeyUsage[]
  readonly extendedKeyUsage?: {
    readonly purposes: readonly string[]
    readonly isCritical: boolean
  }
  readonly subjectKeyIdentifier?: Uint8Array
  readonly authorityKeyIdentifier?: {
    readonly keyIdentifier?: Uint8Array
    readonly serial?: string
  }
  readonly subjectAlternativeNames?: readonly GeneralName[]
  readonly nameConstraints?: NameConstraints
  readonly crlUris?: readonly string[]
  readonly ocspUris?: readonly string[]
  readonly issuerUris?: readonly string[]
  /** RFC 6960 §4.2.2.2.1: the certificate of a responder is not asked about itself. */
  readonly hasNoCheck?: boolean
  /** RFC 9608 §2: its issuer never says that it was revoked. */
  readonly hasNoRevocation?: boolean
  /** ETSI EN 319 412-1 §5.2: it ends before anybody could have it revoked. */
  readonly isShortTerm?: boolean
  readonly policies?: readonly string[]
  /** Critical ones that nobody here understands: who meets one refuses the certificate (RFC 5280 §4.2). */
  readonly unknownCritical: readonly string[]
}

export interface Extension {
  readonly oid: string
  readonly isCritical: boolean
  /** Whole, as it stands in the OCTET STRING. */
  readonly value: Uint8Array
}

/** Usual are ten; a certificate with hundreds is an attack. */
const MAX_EXTENSIONS = 64

/** `Extensions ::= SEQUENCE OF Extension`. @throws Malformed where one stands there twice */
export function extensionListOf(node: DerNode): readonly Extension[] {
  const list = new Fields(node).rest().map((extension) => {
    const fields = new Fields(extension)
    const oid = oidOf(fields.take())
    const critical = fields.takeIf(Tag.boolean)
    const value = octetStringOf(fields.takeTagged(Tag.octetString))
    fields.end()
    return { oid, isCritical: critical !== undefined && booleanOf(critical), value }
  })
  if (list.length > MAX_EXTENSIONS) throw malformed('it has too many extensions')
  if (new Set(list.map(({ oid }) => oid)).size < list.length) {
    throw malformed('an extension stands there twice')
  }
  return list
}

type Reader = (value: DerNode, extension: Extension) => Omit<Extensions, 'unknownCritical'>

const readers: Readonly<Record<string, Reader>> = {
  '2.5.29.14': (value) => ({ subjectKeyIdentifier: octetStringOf(value) }),
  '2.5.29.15': (value) => ({ keyUsage: keyUsageOf(value) }),
  '2.5.29.17': (value) => ({ subjectAlternativeNames: generalNamesOf(value) }),
  '2.5.29.19': (value) => ({ basicConstraints: basicConstraintsOf(value) }),
  '2.5.29.30': (value) => ({ nameConstraints: nameConstraintsOf(value) }),
  '2.5.29.31': (value) => ({ crlUris: crlUrisOf(value) }),
  '2.5.29.32': (value) => ({
    policies: new Fields(value).rest().map((policy) => oidOf(new Fields(policy).take())),
  }),
  '2.5.29.35': (value) => ({ authorityKeyIdentifier: authorityKeyOf(value) }),
  '2.5.29.37': (value, { isCritical }) => ({
    extendedKeyUsage: { purposes: new Fields(value).rest().map(oidOf), isCritical },
  }),
  '1.3.6.1.5.5.7.1.1': authorityAccessOf,
  '1.3.6.1.5.5.7.48.1.5': () => ({ hasNoCheck: true }),
  '2.5.29.56': () => ({ hasNoRevocation: true }),
  '0.4.0.194121.2.1': () => ({ isShortTerm: true }),
}

/**
 * Read and without effect on who may sign: the issuer's alternative names, policies and what maps them (nothing here
 * asks for a policy), and statements of qualified certificates.
 */
const IGNORED: readonly string[] = [
  '2.5.29.9',
  '2.5.29.16',
  '2.5.29.18',
  '2.5.29.46',
  '1.3.6.1.5.5.7.1.3',
]

export function extensionsOf(list: readonly Extension[]): Extensions {
  const read = list.map((extension) => {
    const reader = readers[extension.oid]
    return reader === undefined ? {} : reader(readDer(extension.value), extension)
  })
  const unknownCritical = list
    .filter(({ oid, isCritical }) => isCritical && !isUnderstood(oid))
    .map(({ oid }) => oid)
  return Object.assign({ unknownCritical }, ...read)
}

function isUnderstood(oid: string): boolean {
  return Object.hasOwn(readers, oid) || IGNORED.includes(oid)
}

function keyUsageOf(value: DerNode): KeyUsage[] {
  expectTag(value, Tag.bitString)
  const bits = namedBitsOf(value)
  return keyUsageNames.filter((_, bit) => bits.has(bit))
}

function basicConstraintsOf(value: DerNode) {
  const fields = new Fields(value)
  const ca = fields.takeIf(Tag.boolean)
  const length = fields.takeIf(Tag.integer)
  fields.end()
  const isAuthority = ca !== undefined && booleanOf(ca)
  return length === undefined
    ? { ca: isAuthority }
    : { ca: isAuthority, pathLength: smallIntegerOf(length) }
}

function nameConstraintsOf(value: DerNode): NameConstraints {
  const fields = new Fields(value)
  const permitted = fields.takeIf(0xa0)
  const excluded = fields.takeIf(0xa1)
  fields.end()
  return { permitted: subtreesOf(permitted), excluded: subtreesOf(excluded) }
}

/** Minimum and maximum are never used in it (RFC 5280 §4.2.1.10). */
function subtreesOf(node: DerNode | undefined): GeneralName[] {
  if (node === undefined) return []
  return node.children.map((subtree) => {
    const fields = new Fields(subtree)
    const base = generalNameOf(fields.take())
    fields.end()
    return base
  })
}

/** The full names of DistributionPoint; names relative to the issuer are not met in practice. */
function crlUrisOf(value: DerNode): string[] {
  return new Fields(value).rest().flatMap((point) => {
    const name = new Fields(point).takeIf(0xa0)
    const full = name === undefined ? undefined : insideOf(name)
    return full?.tag === 0xa0 ? urisOf(generalNamesOf(full)) : []
  })
}

function authorityKeyOf(value: DerNode) {
  const parts = new Fields(value).rest()
  const key = parts.find(({ tag }) => tag === 0x80)
  const serial = parts.find(({ tag }) => tag === 0x82)
  return {
    ...(key === undefined ? {} : { keyIdentifier: key.content }),
    ...(serial === undefined ? {} : { serial: serialOfContent(serial.content) }),
  }
}

function serialOfContent(content: Uint8Array): string {
  const head = Uint8Array.of(Tag.integer, content.length, ...content)
  return serialOf(readDer(head))
}

function authorityAccessOf(value: DerNode) {
  const entries = new Fields(value).rest().map((entry) => {
    const fields = new Fields(entry)
    return { method: oidOf(fields.take()), location: generalNameOf(fields.take()) }
  })
  const urisBy = (method: string) =>
    urisOf(entries.filter((entry) => entry.method === method).map(({ location }) => location))
  return { ocspUris: urisBy('1.3.6.1.5.5.7.48.1'), issuerUris: urisBy('1.3.6.1.5.5.7.48.2') }
}

function malformed(message: string): Malformed {
  return new Malformed('DER_MALFORMED', message)
}
