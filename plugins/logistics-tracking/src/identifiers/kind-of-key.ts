/** What a key names: one object, goods of a lot or class, or a unit that holds others. */
export type KeyKind = 'item' | 'lot' | 'unit'

const kinds: readonly (readonly [RegExp, KeyKind])[] = [
  [/\/01\/[0-9]{14}\/(?:21|235)\//, 'item'],
  [/\/8006\/[0-9]{18}\/21\//, 'item'],
  [/\/(?:01|8006)\/[0-9]+/, 'lot'],
  [/\/(?:00|401|402|8003)\//, 'unit'],
]

/** @param key a canonical Digital Link or another identifier, which counts as that of one object */
export function kindOfKey(key: string): KeyKind {
  if (!key.startsWith('https://id.gs1.org/')) return 'item'
  return kinds.find(([pattern]) => pattern.test(key))?.[1] ?? 'item'
}

/** The class that a serialised object or a lot is of: its GTIN. */
export function classOfKey(key: string): string | undefined {
  return /^https:\/\/id\.gs1\.org\/01\/[0-9]{14}/.exec(key)?.[0]
}

/** The lot as a person names it: what stands behind the application identifier 10. */
export function lotOfKey(key: string): string | undefined {
  const lot = /\/10\/([^/]+)$/.exec(key)?.[1]
  return lot === undefined ? undefined : decodeURIComponent(lot)
}

/** The 14 digits of the class that a serialised object or a lot is of. */
export function gtinOfKey(key: string): string | undefined {
  return /^https:\/\/id\.gs1\.org\/01\/([0-9]{14})/.exec(key)?.[1]
}

/** The number of a unit that travels, as a label shows it: of an SSCC, a consignment or a shipment. */
export function unitNumber(key: string): string | undefined {
  const number = /^https:\/\/id\.gs1\.org\/(?:00|401|402)\/(.+)$/.exec(key)?.[1]
  return number === undefined ? undefined : decodeURIComponent(number)
}
