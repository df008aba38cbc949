import type { Branch } from './branches.ts'
import { type Reason, shown, type Tell } from './comparison.ts'
import { keepsTo, least, lowerBound, mirror, most, upperBound } from './number-bounds.ts'
import { canonicalData, type Keywords } from './schema-node.ts'

/** What `wide` asks of numbers and texts, against what every value of the branch keeps to. */
export function checkScalars(branch: Branch, wide: Keywords, pointer: string, tell: Tell): void {
  if (branch.type === 'number') checkNumbers(branch, wide, pointer, tell)
  if (branch.type === 'string') checkTexts(branch, wide, pointer, tell)
  for (const keyword of ['format', 'contentEncoding', 'contentMediaType']) {
    const asked = wide[keyword]
    if (asked === undefined || (branch.type !== 'string' && branch.type !== 'number')) continue
    // Formats of numbers say nothing of texts, and the other way about.
    if (keyword === 'format' && isOfNumbers(asked) !== (branch.type === 'number')) continue
    if (keyword !== 'format' && branch.type !== 'string') continue
    if (branch.parts.some((part) => part[keyword] === asked)) continue
    tell({ rule: 'format', pointer: `${pointer}/${keyword}`, values: shown(asked) })
  }
}

const numberFormats: readonly unknown[] = ['int32', 'int64', 'float', 'double']
const isOfNumbers = (format: unknown) => numberFormats.includes(format)

function checkNumbers(branch: Branch, wide: Keywords, pointer: string, tell: Tell): void {
  const { parts, isInteger } = branch
  const fail = (keyword: string, more: Partial<Reason> = {}) =>
    tell({
      rule: 'bounds',
      pointer: `${pointer}/${keyword}`,
      values: `${keyword} ${shown(wide[keyword])}`,
      ...more,
    })
  const lower = lowerBound(parts, isInteger)
  const upper = mirror(upperBound(parts, isInteger))
  for (const keyword of ['minimum', 'exclusiveMinimum']) {
    const one = { [keyword]: wide[keyword] }
    if (!keepsTo(lower, lowerBound([one], isInteger))) fail(keyword)
  }
  for (const keyword of ['maximum', 'exclusiveMaximum']) {
    const one = { [keyword]: wide[keyword] }
    if (!keepsTo(upper, mirror(upperBound([one], isInteger)))) fail(keyword)
  }
  const step = wide['multipleOf']
  if (typeof step === 'number' && !isMultiple(branch, step)) {
    fail('multipleOf', { isUndecided: true })
  }
}

/** Fractions are equal or not: what a division of them gives is rounded. */
function isMultiple({ parts, isInteger }: Branch, step: number): boolean {
  if (step === 1 && isInteger) return true
  return parts.some(({ multipleOf }) => {
    if (typeof multipleOf !== 'number') return false
    const areWhole = Number.isSafeInteger(multipleOf) && Number.isSafeInteger(step)
    return multipleOf === step || (areWhole && multipleOf % step === 0)
  })
}

function checkTexts({ parts }: Branch, wide: Keywords, pointer: string, tell: Tell): void {
  checkSize(parts, wide, { pointer, rule: 'length', min: 'minLength', max: 'maxLength' }, tell)
  const pattern = wide['pattern']
  if (pattern !== undefined && !parts.some((part) => part['pattern'] === pattern)) {
    const isUndecided = parts.some((part) => part['pattern'] !== undefined)
    tell({ rule: 'pattern', pointer: `${pointer}/pattern`, values: shown(pattern), isUndecided })
  }
  const inside = wide['contentSchema']
  if (inside === undefined) return
  const isSame = (part: Keywords) => canonicalData(part['contentSchema']) === canonicalData(inside)
  if (!parts.some(isSame)) {
    tell({ rule: 'condition', pointer, values: 'contentSchema', isUndecided: true })
  }
}

/** Two words that bound a count from both sides; `known` is what is certain without them. */
export function checkSize(
  parts: readonly Keywords[],
  wide: Keywords,
  words: { pointer: string; rule: Reason['rule']; min: string; max: string },
  tell: Tell,
  known: { least: number; most: number } = { least: 0, most: Number.POSITIVE_INFINITY },
): void {
  const { pointer, rule, min, max } = words
  const fail = (keyword: string) =>
    tell({
      rule,
      pointer: `${pointer}/${keyword}`,
      values: `${keyword} ${shown(wide[keyword])}`,
    })
  if (Math.max(least(parts, min), known.least) < least([wide], min)) fail(min)
  if (Math.min(most(parts, max), known.most) > most([wide], max)) fail(max)
}
