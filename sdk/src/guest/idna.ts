/**
 * Domain names beyond ASCII: UTS #46 as the URL standard uses it, from what V8 knows of Unicode. A mapping
 * table would be 220 KB in each bundle that makes a URL; normalisation and case folding give the same. Less
 * exact: of the rules for right-to-left names (RFC 5893) the essence is checked, and the joiners U+200C and
 * U+200D, which may stand in some scripts, are refused in all.
 */

/** What is no letter and yet makes a name one from right to left (DerivedBidiClass.txt, R and AL and AN). */
const strongSigns =
  '\\u05BE\\u05C0\\u05C3\\u05C6\\u05F3\\u05F4\\u0608\\u060B\\u060D\\u061B\\u061D-\\u061F\\u066B-\\u066D\\u06D4\\u0700-\\u070D\\u07F4\\u07F5\\u07FA\\u0830-\\u083E\\u085E'

/**
 * As texts, made into expressions when a name beyond ASCII is first met: V8 would look all their characters up
 * while it reads the bundle, for 1 ms in each isolate.
 */
const expressions = {
  /** What may not stand in a name: controls, private and unassigned characters, spaces, marks of direction. */
  disallowed: '[\\p{C}\\p{Z}\\u2FF0-\\u2FFF\\u31EF\\uFFFC\\uFFFD]',
  ignored:
    '[\\p{DI}--[\\u061C\\u200C-\\u200F\\u202A-\\u202E\\u2065-\\u2069\\uFFF0-\\uFFF8\\u{E0000}-\\u{E00FF}\\u{E01F0}-\\u{E0FFF}]]',
  /** Letters, digits and strong signs of the ranges that Unicode keeps for scripts from right to left (DerivedBidiClass.txt). */
  rightToLeft: `[[\\p{L}\\p{N}${strongSigns}]&&[\\u0590-\\u06EF\\u06FA-\\u08FF\\uFB1D-\\uFDFF\\uFE70-\\uFEFF\\u{10800}-\\u{10FFF}\\u{1E800}-\\u{1EFFF}]]`,
  /** Digits written from left to right within a script from right to left: no name begins with one. */
  arabicNumber: '[\\u0660-\\u0669\\u066B\\u066C\\u{10D30}-\\u{10D39}\\u{10E60}-\\u{10E7E}]',
  letter: '\\p{L}',
  beginsWithMark: '^\\p{M}',
  endsWell: `[\\p{L}\\p{N}${strongSigns}]\\p{M}*$`,
} as const
const made = new Map<string, RegExp>()

function expression(name: keyof typeof expressions): RegExp {
  const known = made.get(name)
  if (known !== undefined) return known
  const one = new RegExp(expressions[name], name === 'ignored' ? 'gv' : 'v')
  made.set(name, one)
  return one
}

const is = (name: keyof typeof expressions, text: string): boolean => expression(name).test(text)

/** @returns the name in ASCII, or undefined for one that cannot be. */
export function domainToAscii(domain: string): string | undefined {
  const mapped = folded(domain.replace(/[\u3002\uFF0E\uFF61]/g, '.'))
  if (mapped === undefined || is('disallowed', mapped)) return undefined
  const labels: string[] = []
  for (const label of mapped.split('.')) {
    const ascii = labelToAscii(label)
    if (ascii === undefined) return undefined
    labels.push(ascii)
  }
  return labels.join('.')
}

/** @returns undefined for a character that would bring a dot along. */
function folded(domain: string): string | undefined {
  let text = ''
  for (const character of domain.replace(expression('ignored'), '')) {
    const plain = foldedOne(character)
    if (character !== '.' && /[.\u3002]/.test(plain)) return undefined
    text += plain
  }
  return text.replace(expression('ignored'), '').normalize('NFC')
}

function foldedOne(character: string): string {
  // They would lose themselves in case folding, and are letters of their own in a name.
  if (/[ßıς]/.test(character)) return character
  const plain = character.normalize('NFKC')
  // Cherokee is folded to its capitals, for they were there first.
  if (/[\u13A0-\u13FD\uAB70-\uABBF]/.test(plain)) return plain.toUpperCase()
  return /[ı\u1E9E]/.test(plain)
    ? plain.toLowerCase()
    : plain.toUpperCase().toLowerCase().normalize('NFKC')
}

/** RFC 5893, section 2: what begins from right to left, stays so, but for digits, marks and signs. */
function isMixed(label: string): boolean {
  if (!is('rightToLeft', label)) return false
  const first = String.fromCodePoint(label.codePointAt(0) as number)
  if (!is('rightToLeft', first) || is('arabicNumber', first)) return true
  for (const character of label) {
    if (is('letter', character) && !is('rightToLeft', character)) return true
  }
  return !is('endsWell', label)
}

function labelToAscii(label: string): string | undefined {
  if (label.startsWith('xn--')) return isPunycode(label.slice(4)) ? label : undefined
  if (is('beginsWithMark', label) || isMixed(label)) return undefined
  return /[^\0-\x7f]/.test(label) ? punycode(label) : label
}

/** A label that came encoded must be what this code would have made of the name it stands for. */
function isPunycode(encoded: string): boolean {
  if (!/^[\0-\x7f]*$/.test(encoded)) return false
  const label = decodePunycode(encoded)
  if (label === undefined || !/[^\0-\x7f]/.test(label) || is('beginsWithMark', label)) return false
  if (isMixed(label)) return false
  return folded(label) === label && !is('disallowed', label)
}

/** RFC 3492, with its names for the parameters of bias adaptation. */
const BASE = 36
const T_MIN = 1
const T_MAX = 26
const SKEW = 38
const DAMP = 700
const FIRST_BIAS = 72
const FIRST_CODE = 128

const threshold = (k: number, bias: number) => Math.min(Math.max(k - bias, T_MIN), T_MAX)

function adapted(delta: number, points: number, isFirst: boolean): number {
  let rest = isFirst ? Math.floor(delta / DAMP) : delta >> 1
  rest += Math.floor(rest / points)
  let k = 0
  for (; rest > ((BASE - T_MIN) * T_MAX) >> 1; k += BASE) rest = Math.floor(rest / (BASE - T_MIN))
  return k + Math.floor(((BASE - T_MIN + 1) * rest) / (rest + SKEW))
}

function punycode(label: string): string {
  const points = Array.from(label, (character) => character.codePointAt(0) as number)
  const basic = points.filter((point) => point < FIRST_CODE)
  let text = `xn--${String.fromCharCode(...basic)}${basic.length > 0 ? '-' : ''}`
  let handled = basic.length
  let bias = FIRST_BIAS
  let delta = 0
  for (let code = FIRST_CODE; handled < points.length; code++) {
    const next = Math.min(...points.filter((point) => point >= code))
    delta += (next - code) * (handled + 1)
    code = next
    for (const point of points) {
      if (point < code) delta++
      if (point !== code) continue
      text += integer(delta, bias)
      bias = adapted(delta, handled + 1, handled === basic.length)
      delta = 0
      handled++
    }
    delta++
  }
  return text
}

function integer(value: number, bias: number): string {
  let text = ''
  let rest = value
  for (let k = BASE; ; k += BASE) {
    const t = threshold(k, bias)
    if (rest < t) return text + rest.toString(BASE).replace(/./, digitOf)
    const digit = t + ((rest - t) % (BASE - t))
    rest = Math.floor((rest - t) / (BASE - t))
    text += digit.toString(BASE).replace(/./, digitOf)
  }
}

/** Punycode counts a to z, then 0 to 9; `toString(36)` the other way round. */
function digitOf(digit: string): string {
  const value = Number.parseInt(digit, BASE)
  return value < 26 ? String.fromCharCode(97 + value) : String(value - 26)
}

function decodePunycode(encoded: string): string | undefined {
  const end = encoded.lastIndexOf('-')
  const points = Array.from(encoded.slice(0, Math.max(end, 0)), (one) => one.charCodeAt(0))
  let code = FIRST_CODE
  let bias = FIRST_BIAS
  let position = 0
  let at = end < 0 ? 0 : end + 1
  while (at < encoded.length) {
    const before = position
    let weight = 1
    for (let k = BASE; ; k += BASE) {
      const digit = digitValue(encoded.charCodeAt(at++))
      if (digit === undefined) return undefined
      position += digit * weight
      if (position > 0x7fffffff) return undefined
      const t = threshold(k, bias)
      if (digit < t) break
      weight *= BASE - t
    }
    const count = points.length + 1
    bias = adapted(position - before, count, before === 0)
    code += Math.floor(position / count)
    position %= count
    if (code > 0x10ffff) return undefined
    points.splice(position++, 0, code)
  }
  return String.fromCodePoint(...points)
}

function digitValue(unit: number): number | undefined {
  if (unit >= 97 && unit <= 122) return unit - 97
  if (unit >= 48 && unit <= 57) return unit - 22
  return undefined
}
