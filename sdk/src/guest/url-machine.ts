import { isDriveLetter, isSpecial, type UrlRecord } from './url-record.ts'

/**
 * The machine of https://url.spec.whatwg.org/#url-parsing, its states as functions under the standard's own
 * names. A state reads one character, `''` at the end, and says which state comes next.
 */
export type State = (parser: UrlParser, character: string) => State | 'over' | 'failure'

/** Which part a setter changes: the states a parser can be started in. */
export type UrlPart = 'scheme' | 'host' | 'hostname' | 'port' | 'path' | 'query' | 'fragment'

export class UrlParser {
  readonly characters: readonly string[]
  readonly url: UrlRecord
  readonly base: UrlRecord | undefined
  /** A setter's: the machine ends where its part ends. */
  readonly part: UrlPart | undefined
  pointer = 0
  buffer = ''
  isAtSeen = false
  isPasswordSeen = false
  isInBrackets = false

  constructor(
    input: string,
    url: UrlRecord,
    base: UrlRecord | undefined,
    part: UrlPart | undefined,
  ) {
    this.characters = Array.from(input)
    this.url = url
    this.base = base
    this.part = part
  }

  /** @returns false when the input is no address, or no such part. */
  run(from: State): boolean {
    let state = from
    for (; this.pointer <= this.characters.length; this.pointer++) {
      const next = state(this, this.characters[this.pointer] ?? '')
      if (next === 'failure') return false
      if (next === 'over') return true
      state = next
    }
    return true
  }

  /** The same character again, in another state. */
  again(state: State): State {
    this.pointer--
    return state
  }

  skip(state: State): State {
    this.pointer++
    return state
  }

  next(): string {
    return this.characters[this.pointer + 1] ?? ''
  }

  isBackslash(character: string): boolean {
    return character === '\\' && isSpecial(this.url)
  }

  endsAuthority(character: string): boolean {
    return /^[/?#]?$/.test(character) || this.isBackslash(character)
  }

  startsWithDriveLetter(): boolean {
    const [letter = '', mark = '', after = ''] = this.characters.slice(this.pointer)
    return isDriveLetter(letter + mark) && /^[/\\?#]?$/.test(after)
  }
}
