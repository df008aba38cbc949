import { isCheckDigitRight } from './check-digit.ts'
import { canonicalDigitalLink } from './digital-link.ts'

type ToUrn = (
  key: string,
  prefixLength: number,
  qualifier: string,
  value: string,
) => string | undefined

/** Keys that are digits alone; in those that lead, the first digit moves behind the company prefix. */
function digits(scheme: string, leads: boolean): ToUrn {
  return (key, prefixLength) =>
    isCheckDigitRight(key) ? urn(scheme, key, leads, prefixLength) : undefined
}

const location = digits('id:sgln', false)

const schemes: Readonly<Record<string, ToUrn>> = {
  '00': digits('id:sscc', true),
  '01': tradeItem,
  '253': (key, prefixLength) => asset('gdti', key.slice(0, 13), key.slice(13), prefixLength),
  '402': digits('id:gsin', false),
  '414': (key, prefixLength, qualifier, value) => {
    const place = location(key, prefixLength, qualifier, value)
    return place === undefined ? undefined : `${place}.${plain(value) || '0'}`
  },
  '417': digits('id:pgln', false),
  // A GRAI begins with a zero that its URN leaves out.
  '8003': (key, prefixLength) => asset('grai', key.slice(1, 14), key.slice(14), prefixLength),
  '8004': (key, prefixLength) =>
    `urn:epc:id:giai:${key.slice(0, prefixLength)}.${plain(key.slice(prefixLength))}`,
  '8017': digits('id:gsrnp', false),
  '8018': digits('id:gsrn', false),
}

/**
 * The URN of a Digital Link. A link does not say how long the company prefix is, and a URN must: it is given.
 * @param prefixLength digits of the GS1 company prefix, 6 to 12
 * @returns undefined for what is no Digital Link, a wrong check digit, or a key without a URN
 */
export function digitalLinkToUrn(link: string, prefixLength: number): string | undefined {
  if (!Number.isInteger(prefixLength) || prefixLength < 6 || prefixLength > 12) return undefined
  const [, name = '', key = '', qualifier = '', value = ''] =
    /^https:\/\/id\.gs1\.org\/([0-9]+)\/([^/]+)(?:\/([0-9]+)\/(.+))?$/.exec(
      canonicalDigitalLink(link) ?? '',
    ) ?? []
  return schemes[name]?.(key, prefixLength, qualifier, value)
}

const tradeItems: Readonly<Record<string, string>> = {
  '10': 'class:lgtin',
  '21': 'id:sgtin',
  '235': 'id:upui',
}

function tradeItem(key: string, prefixLength: number, qualifier: string, value: string) {
  if (!isCheckDigitRight(key)) return undefined
  const scheme = tradeItems[qualifier]
  return scheme === undefined
    ? `${urn('idpat:sgtin', key, true, prefixLength)}.*`
    : `${urn(scheme, key, true, prefixLength)}.${plain(value)}`
}

function asset(scheme: string, key: string, serial: string, prefixLength: number) {
  if (!isCheckDigitRight(key)) return undefined
  return serial === ''
    ? `${urn(`idpat:${scheme}`, key, false, prefixLength)}.*`
    : `${urn(`id:${scheme}`, key, false, prefixLength)}.${plain(serial)}`
}

function urn(scheme: string, key: string, leads: boolean, prefixLength: number): string {
  const body = leads ? key.slice(1, -1) : key.slice(0, -1)
  const reference = (leads ? key.slice(0, 1) : '') + body.slice(prefixLength)
  return `urn:epc:${scheme}:${body.slice(0, prefixLength)}.${reference}`
}

/** Characters that a URN says plainly and a link escapes. */
function plain(text: string): string {
  return text.replace(/%(21|28|29|2A|2B|2C|3A)/gi, (escaped) => decodeURIComponent(escaped))
}
