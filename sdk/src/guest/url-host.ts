import { domainToAscii } from './idna.ts'
import { encodeSets, percentEncode } from './percent-encoding.ts'

const forbiddenInHost = /[\0\t\n\r #/:<>?@[\\\]^|]/
const forbiddenInDomain = /[\0-\x20#%/:<>?@[\\\]^|\x7f]/

/**
 * https://url.spec.whatwg.org/#concept-host-parser
 * @returns the host as it is written in an address, or undefined for none.
 */
export function parseHost(input: string, isOpaque: boolean): string | undefined {
  if (input.startsWith('[')) {
    const pieces = input.endsWith(']') ? parseIPv6(input.slice(1, -1)) : undefined
    return pieces === undefined ? undefined : `[${writeIPv6(pieces)}]`
  }
  if (isOpaque) {
    return forbiddenInHost.test(input) ? undefined : percentEncode(input, encodeSets.control)
  }
  const ascii = asciiDomain(input)
  if (ascii === undefined || ascii === '' || forbiddenInDomain.test(ascii)) return undefined
  return endsInNumber(ascii) ? parseIPv4(ascii) : ascii
}

function asciiDomain(input: string): string | undefined {
  let domain = input
  if (input.includes('%')) {
    // A percent sign that stays, and bytes that are no UTF-8, are forbidden in a domain in any case.
    try {
      domain = decodeURIComponent(input)
    } catch {
      return undefined
    }
  }
  // What is in ASCII stays as it is, whatever it stands for: the Web has names that no standard allows.
  return /^[\0-\x7f]*$/.test(domain) ? domain.toLowerCase() : domainToAscii(domain)
}

function endsInNumber(domain: string): boolean {
  const parts = domain.split('.')
  if (parts.at(-1) === '' && parts.length > 1) parts.pop()
  const last = parts.at(-1) ?? ''
  return /^[0-9]+$/.test(last) || /^0[xX][0-9A-Fa-f]*$/.test(last)
}

/** https://url.spec.whatwg.org/#concept-ipv4-parser: one to four numbers, decimal, octal or hexadecimal. */
function parseIPv4(domain: string): string | undefined {
  const parts = domain.split('.')
  if (parts.at(-1) === '' && parts.length > 1) parts.pop()
  if (parts.length > 4) return undefined
  let address = 0
  for (const [index, part] of parts.entries()) {
    const number = parseIPv4Number(part)
    if (number === undefined) return undefined
    const isLast = index === parts.length - 1
    const limit = isLast ? 256 ** (5 - parts.length) : 256
    if (number >= limit) return undefined
    address += isLast ? number : number * 256 ** (3 - index)
  }
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.')
}

function parseIPv4Number(part: string): number | undefined {
  if (part === '') return undefined
  if (/^0[xX][0-9A-Fa-f]*$/.test(part)) return Number.parseInt(`0${part.slice(2)}`, 16)
  if (/^0[0-7]+$/.test(part)) return Number.parseInt(part, 8)
  return /^(0|[1-9][0-9]*)$/.test(part) ? Number.parseInt(part, 10) : undefined
}

/** https://url.spec.whatwg.org/#concept-ipv6-parser, by splitting at the one `::` there may be. */
function parseIPv6(input: string): number[] | undefined {
  const halves = input.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map((half, index) => piecesOf(half, index === halves.length - 1))
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined
  if (halves.length === 1) return head.length === 8 ? head : undefined
  const rest = tail as number[]
  const missing = 8 - head.length - rest.length
  return missing < 1 ? undefined : [...head, ...new Array<number>(missing).fill(0), ...rest]
}

function piecesOf(half: string, mayEndInIPv4: boolean): number[] | undefined {
  if (half === '') return []
  const pieces: number[] = []
  const parts = half.split(':')
  for (const [index, part] of parts.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(part)) {
      pieces.push(Number.parseInt(part, 16))
      continue
    }
    const isEnd = mayEndInIPv4 && index === parts.length - 1
    const bytes = isEnd ? /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(part)?.slice(1) : undefined
    // Decimal without leading zeros, each at most 255.
    if (
      bytes === undefined ||
      !bytes.every((byte) => /^(0|[1-9]\d{0,2})$/.test(byte) && +byte < 256)
    ) {
      return undefined
    }
    const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number)
    pieces.push(a * 256 + b, c * 256 + d)
  }
  return pieces.length > 8 ? undefined : pieces
}

/** https://url.spec.whatwg.org/#concept-ipv6-serializer: the first longest run of zeros is `::`. */
function writeIPv6(pieces: readonly number[]): string {
  let [from, length] = [-1, 1]
  for (let index = 0; index < 8; index++) {
    let end = index
    while (end < 8 && pieces[end] === 0) end++
    if (end - index > length) [from, length] = [index, end - index]
    index = Math.max(index, end - 1)
  }
  const hex = (some: readonly number[]) => some.map((piece) => piece.toString(16)).join(':')
  if (from < 0) return hex(pieces)
  return `${hex(pieces.slice(0, from))}::${hex(pieces.slice(from + length))}`
}
