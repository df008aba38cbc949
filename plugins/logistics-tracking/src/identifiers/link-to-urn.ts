import { isCheckDigitRight } from './check-digit.ts'
import { canonicalDigitalLink } from './digital-link.ts'

/** Digits of the key that the URN splits into company prefix and reference, and whether its first digit moves behind the prefix. */
const schemes: Readonly<
  Record<string, { readonly digits: number; readonly leads: boolean; readonly urn: string }>
> = {
  '00': { digits: 18, leads: true, urn: 'id:sscc' },
  '402': { digits: 17, leads: false, urn: 'id:gsin' },
  '417': { digits: 13, leads: false, urn: 'id:pgln' },
  '8017': { digits: 18, leads: false, urn: 'id:gsrnp' },
  '8018': { digits: 18, leads: false, urn: 'id:gsrn' },
}

/**
 * The URN of a Digital Link. A link does not say how long the company prefix is, and a URN must: it is given.
 * @param prefixLength digits of the GS1 company prefix, 6 to 12
 * @returns undefined for what is no Digital Link, a wrong check digit, or a key without a URN
 */
export function digitalLinkToUrn(link: string, prefixLength: number): string | undefined {
  if (!Number.isInteger(prefixLength) || prefixLength < 6 || prefixLength > 12) return undefined
  const [, name = '', key = '', qualifier, value = ''] =
    /^https:\/\/id\.gs1\.org\/([0-9]+)\/([^/]+)(?:\/([0-9]+)\/(.+))?$/.exec(
      canonicalDigitalLink(link) ?? '',
    ) ?? []
  const scheme = schemes[name]
  if (scheme !== undefined)
    return isWhole(key) ? urn(scheme.urn, key, scheme.leads, prefixLength) : undefined
  if (name === '01') return tradeItem(key, qualifier, value, prefixLength)
  if (name === '414') {
    const location = isWhole(key) ? urn('id:sgln', key, false, prefixLength) : undefined
    return location && `${location}.${plain(value) || '0'}`
  }
  if (name === '8003')
    return asset('grai', key.slice(1, 14), key.slice(14), prefixLength, `0${key.slice(1, 14)}`)
  if (name === '253')
    return asset('gdti', key.slice(0, 13), key.slice(13), prefixLength, key.slice(0, 13))
  if (name === '8004')
    return `urn:epc:id:giai:${key.slice(0, prefixLength)}.${plain(key.slice(prefixLength))}`
  return undefined
}

function tradeItem(
  key: string,
  qualifier: string | undefined,
  value: string,
  prefixLength: number,
) {
  if (!isWhole(key)) return undefined
  if (qualifier === '21') return `${urn('id:sgtin', key, true, prefixLength)}.${plain(value)}`
  if (qualifier === '235') return `${urn('id:upui', key, true, prefixLength)}.${plain(value)}`
  if (qualifier === '10') return `${urn('class:lgtin', key, true, prefixLength)}.${plain(value)}`
  return `${urn('idpat:sgtin', key, true, prefixLength)}.*`
}

function asset(scheme: string, key: string, serial: string, prefixLength: number, checked: string) {
  if (!isWhole(checked)) return undefined
  return serial === ''
    ? `${urn(`idpat:${scheme}`, key, false, prefixLength)}.*`
    : `${urn(`id:${scheme}`, key, false, prefixLength)}.${plain(serial)}`
}

const isWhole = isCheckDigitRight

function urn(scheme: string, key: string, leads: boolean, prefixLength: number): string {
  const body = leads ? key.slice(1, -1) : key.slice(0, -1)
  const reference = (leads ? key.slice(0, 1) : '') + body.slice(prefixLength)
  return `urn:epc:${scheme}:${body.slice(0, prefixLength)}.${reference}`
}

/** Characters that a URN says plainly and a link escapes. */
function plain(text: string): string {
  return text.replace(/%(21|28|29|2A|2B|2C|3A)/gi, (escape) => decodeURIComponent(escape))
}
