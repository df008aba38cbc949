import { type PatternNode, parsePattern } from './parse-pattern.ts'

/**
 * The same pattern in PostgreSQL's words (advanced regular expressions, manual §9.7.3): every character by its
 * number, so that nothing in it is special, and every class written out, so that no locale has a say.
 * @throws PATTERN_UNSUPPORTED, PATTERN_TOO_COSTLY
 */
export function postgresPattern(pattern: string): string {
  return textOf(parsePattern(pattern))
}

function textOf(node: PatternNode): string {
  switch (node.is) {
    case 'set': {
      const ranges = node.ranges.map(([first, last]) =>
        first === last ? code(first) : `${code(first)}-${code(last)}`,
      )
      return `[${node.negated ? '^' : ''}${ranges.join('')}]`
    }
    case 'start':
      return '^'
    case 'end':
      return '$'
    case 'sequence':
      return node.of
        .map((part) => (part.is === 'choice' ? `(?:${textOf(part)})` : textOf(part)))
        .join('')
    case 'choice':
      return node.of.map(textOf).join('|')
    case 'repeat':
      return `(?:${textOf(node.of)}){${node.least},${node.most ?? ''}}`
  }
}

function code(point: number): string {
  const hex = point.toString(16)
  return point > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
}
