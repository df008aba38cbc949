import { RE2JS } from 're2js'

/** What ajv asks of a regular expression. */
export interface LinearRegExp {
  test(text: string): boolean
  /** ajv keeps the expressions of one schema by this text: two that had the same would be the first one. */
  toString(): string
}

/** Longer patterns are data in disguise, and their automata grow with them. */
const MAX_PATTERN = 500

/**
 * Compiles an author's pattern to an automaton (RE2: time linear in the text, whatever the pattern). With
 * JavaScript's own engine one `(a+)+$` in a contract would let one request stop the host.
 * @throws a SyntaxError for look-around, back-references and whatever else RE2 leaves out
 */
export function linearRegExp(pattern: string): LinearRegExp {
  if (pattern.length > MAX_PATTERN) {
    throw new SyntaxError(`the pattern is longer than ${MAX_PATTERN} characters`)
  }
  const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern))
  return { test: (text) => compiled.test(text), toString: () => `/${pattern}/` }
}

/** ajv writes this word into the code it generates; only its standalone output would ever run it. */
linearRegExp.code = 'linearRegExp'
