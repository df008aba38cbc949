import { Refusal } from '@signalbox/sdk'

/** The contexts that are known here and need not be fetched: the one of EPCIS 2.0 and the places it was published at. */
const knownContext =
  /^https:\/\/(?:ref\.gs1\.org\/standards\/epcis\/(?:2\.\d+\.\d+\/)?epcis-context\.jsonld|gs1\.github\.io\/EPCIS\/epcis-context\.jsonld|ref\.gs1\.org\/standards\/epcis\/?)$/

/** Prefixes of the document's own, each with the address that it stands for. */
export type Prefixes = ReadonlyMap<string, string>

/** What the context of EPCIS 2.0 declares itself. */
const standardPrefixes: Prefixes = new Map([
  ['cbv', 'https://ref.gs1.org/cbv/'],
  ['cbvmda', 'urn:epcglobal:cbv:mda:'],
  ['epcis', 'https://ref.gs1.org/epcis/'],
  ['gs1', 'https://gs1.org/voc/'],
  ['rdfs', 'http://www.w3.org/2000/01/rdf-schema#'],
  ['xsd', 'http://www.w3.org/2001/XMLSchema#'],
])

const MOST_PREFIXES = 100

/**
 * Reads `@context` without asking anybody: the context of GS1 is known here, others must be written out as prefixes.
 * @param outer prefixes that hold around it, as those of the document do for an event
 * @throws Refusal CONTEXT_REMOTE for a context that would have to be fetched, CONTEXT_INVALID for one that says more
 * than prefixes
 */
export function readContext(context: unknown, outer: Prefixes = new Map()): Prefixes {
  const prefixes = new Map(outer)
  for (const part of Array.isArray(context) ? context : [context]) {
    if (part === undefined) continue
    if (typeof part === 'string') requireKnown(part)
    else addPrefixes(prefixes, part)
  }
  if (prefixes.size > MOST_PREFIXES) throw invalid(`At most ${MOST_PREFIXES} prefixes are taken.`)
  return prefixes
}

function requireKnown(address: string): void {
  if (knownContext.test(address)) return
  throw new Refusal(
    'CONTEXT_REMOTE',
    `The context ${address.slice(0, 200)} is not fetched: write its prefixes into @context, such as {"example": "https://ns.example.com/epcis/"}.`,
  )
}

function addPrefixes(prefixes: Map<string, string>, part: unknown): void {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) {
    throw invalid('@context is an address or an object of prefixes.')
  }
  for (const [prefix, address] of Object.entries(part)) {
    if (prefix === '@version' || prefix === '@protected' || saysTypeOnly(address)) continue
    const isPrefix = /^[A-Za-z][A-Za-z0-9._-]{0,49}$/.test(prefix)
    const isAddress =
      typeof address === 'string' && /^[A-Za-z][A-Za-z0-9+.-]*:\S{0,500}$/.test(address)
    if (!isPrefix || !isAddress || ['http', 'https', 'urn', 'ni', 'geo'].includes(prefix)) {
      throw invalid(
        `${prefix.slice(0, 50)} is no prefix with an address: only such as {"example": "https://ns.example.com/epcis/"} are taken.`,
      )
    }
    prefixes.set(prefix, address)
  }
}

/** What type a field's values have changes no name. */
function saysTypeOnly(definition: unknown): boolean {
  return (
    typeof definition === 'object' &&
    definition !== null &&
    Object.keys(definition).every((key) => key === '@type' || key === '@container')
  )
}

function invalid(message: string): Refusal {
  return new Refusal('CONTEXT_INVALID', message)
}

/** `example:field` as prefix and rest, where the prefix is one of them. */
export function splitName(name: string, prefixes: Prefixes): readonly [string, string] | undefined {
  const at = name.indexOf(':')
  const address = at > 0 ? prefixes.get(name.slice(0, at)) : undefined
  return address === undefined ? undefined : [address, name.slice(at + 1)]
}

/** A name in full, where its prefix is the document's or one of the standard's. */
export function fullName(name: string, prefixes: Prefixes): string {
  return (splitName(name, prefixes) ?? splitName(name, standardPrefixes))?.join('') ?? name
}
