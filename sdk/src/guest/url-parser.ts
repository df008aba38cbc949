import { encodeSets, percentEncode, percentEncodeOne } from './percent-encoding.ts'
import { parseHost } from './url-host.ts'
import { type State, UrlParser, type UrlPart } from './url-machine.ts'
import {
  defaultPort,
  emptyRecord,
  hasCredentials,
  isDriveLetter,
  isNormalDriveLetter,
  isSpecial,
  isSpecialScheme,
  shortenPath,
  type UrlRecord,
} from './url-record.ts'

const schemeStart: State = (parser, character) => {
  if (/^[A-Za-z]$/.test(character)) {
    parser.buffer += character.toLowerCase()
    return scheme
  }
  return parser.part === undefined ? parser.again(noScheme) : 'failure'
}

const scheme: State = (parser, character) => {
  if (/^[A-Za-z0-9+.-]$/.test(character)) {
    parser.buffer += character.toLowerCase()
    return scheme
  }
  if (character === ':') return parser.part === undefined ? afterScheme(parser) : setScheme(parser)
  if (parser.part !== undefined) return 'failure'
  parser.buffer = ''
  parser.pointer = -1
  return noScheme
}

function setScheme({ url, buffer }: UrlParser): 'over' {
  if (isSpecial(url) !== isSpecialScheme(buffer)) return 'over'
  if ((hasCredentials(url) || url.port !== null) && buffer === 'file') return 'over'
  if (url.scheme === 'file' && url.host === '') return 'over'
  url.scheme = buffer
  if (url.port === defaultPort(buffer)) url.port = null
  return 'over'
}

function afterScheme(parser: UrlParser): State {
  const { url, base } = parser
  url.scheme = parser.buffer
  parser.buffer = ''
  if (url.scheme === 'file') return file
  if (isSpecial(url)) {
    return base?.scheme === url.scheme ? specialRelativeOrAuthority : specialAuthoritySlashes
  }
  if (parser.next() === '/') return parser.skip(pathOrAuthority)
  url.path = ''
  return opaquePath
}

const noScheme: State = (parser, character) => {
  const { url, base } = parser
  if (base === undefined) return 'failure'
  if (typeof base.path === 'string') {
    if (character !== '#') return 'failure'
    url.scheme = base.scheme
    url.path = base.path
    url.query = base.query
    return startsFragment(parser)
  }
  return parser.again(base.scheme === 'file' ? file : relative)
}

const specialRelativeOrAuthority: State = (parser, character) =>
  character === '/' && parser.next() === '/'
    ? parser.skip(specialAuthorityIgnoreSlashes)
    : parser.again(relative)

const pathOrAuthority: State = (parser, character) =>
  character === '/' ? authority : parser.again(path)

const relative: State = (parser, character) => {
  const { url } = parser
  const base = parser.base as UrlRecord
  url.scheme = base.scheme
  if (character === '/' || parser.isBackslash(character)) return relativeSlash
  copyAuthority(url, base)
  copyPath(url, base)
  if (character === '?') return startsQuery(parser)
  if (character === '#') return startsFragment(parser)
  if (character === '') return relative
  url.query = null
  shortenPath(url)
  return parser.again(path)
}

function copyAuthority(url: UrlRecord, base: UrlRecord): void {
  url.username = base.username
  url.password = base.password
  url.host = base.host
  url.port = base.port
}

function copyPath(url: UrlRecord, base: UrlRecord): void {
  url.path = [...base.path]
  url.query = base.query
}

const relativeSlash: State = (parser, character) => {
  const isSlash = character === '/' || parser.isBackslash(character)
  if (isSlash) return isSpecial(parser.url) ? specialAuthorityIgnoreSlashes : authority
  copyAuthority(parser.url, parser.base as UrlRecord)
  return parser.again(path)
}

const specialAuthoritySlashes: State = (parser, character) =>
  character === '/' && parser.next() === '/'
    ? parser.skip(specialAuthorityIgnoreSlashes)
    : parser.again(specialAuthorityIgnoreSlashes)

const specialAuthorityIgnoreSlashes: State = (parser, character) =>
  character === '/' || character === '\\' ? specialAuthorityIgnoreSlashes : parser.again(authority)

const authority: State = (parser, character) => {
  if (character === '@') {
    takeCredentials(parser)
    return authority
  }
  if (!parser.endsAuthority(character)) {
    parser.buffer += character
    return authority
  }
  if (parser.isAtSeen && parser.buffer === '') return 'failure'
  // Back to where the host begins.
  parser.pointer -= Array.from(parser.buffer).length + 1
  parser.buffer = ''
  return host
}

function takeCredentials(parser: UrlParser): void {
  const { url } = parser
  const given = parser.isAtSeen ? `%40${parser.buffer}` : parser.buffer
  parser.isAtSeen = true
  parser.buffer = ''
  const colon = parser.isPasswordSeen ? -1 : given.indexOf(':')
  if (parser.isPasswordSeen) url.password += percentEncode(given, encodeSets.userinfo)
  else {
    const name = colon < 0 ? given : given.slice(0, colon)
    url.username += percentEncode(name, encodeSets.userinfo)
    if (colon >= 0) url.password += percentEncode(given.slice(colon + 1), encodeSets.userinfo)
  }
  parser.isPasswordSeen ||= colon >= 0
}

const host: State = (parser, character) => {
  if (parser.part !== undefined && parser.url.scheme === 'file') return parser.again(fileHost)
  const isPort = character === ':' && !parser.isInBrackets
  if (isPort) {
    if (parser.buffer === '' || parser.part === 'hostname') return 'failure'
    return setHost(parser) ? port : 'failure'
  }
  if (parser.endsAuthority(character)) {
    parser.pointer--
    return endOfHost(parser)
  }
  if (character === '[') parser.isInBrackets = true
  if (character === ']') parser.isInBrackets = false
  parser.buffer += character
  return host
}

function endOfHost(parser: UrlParser): State | 'over' | 'failure' {
  const { url, buffer } = parser
  if (buffer === '') {
    if (isSpecial(url)) return 'failure'
    if (parser.part !== undefined && (hasCredentials(url) || url.port !== null)) return 'failure'
  }
  if (!setHost(parser)) return 'failure'
  return parser.part === undefined ? pathStart : 'over'
}

function setHost(parser: UrlParser): boolean {
  const { url, buffer } = parser
  const parsed = buffer === '' ? '' : parseHost(buffer, !isSpecial(url))
  if (parsed === undefined) return false
  url.host = parsed
  parser.buffer = ''
  return true
}

const port: State = (parser, character) => {
  if (/^[0-9]$/.test(character)) {
    parser.buffer += character
    return port
  }
  if (!parser.endsAuthority(character) && parser.part === undefined) return 'failure'
  if (parser.buffer !== '') {
    const number = Number(parser.buffer)
    if (number > 65_535) return 'failure'
    parser.url.port = number === defaultPort(parser.url.scheme) ? null : number
    parser.buffer = ''
    if (parser.part !== undefined) return 'over'
  }
  return parser.part === undefined ? parser.again(pathStart) : 'failure'
}

const file: State = (parser, character) => {
  const { url, base } = parser
  url.scheme = 'file'
  url.host = ''
  if (character === '/' || character === '\\') return fileSlash
  if (base?.scheme !== 'file') return parser.again(path)
  url.host = base.host
  copyPath(url, base)
  if (character === '?') return startsQuery(parser)
  if (character === '#') return startsFragment(parser)
  if (character === '') return file
  url.query = null
  if (parser.startsWithDriveLetter()) url.path = []
  else shortenPath(url)
  return parser.again(path)
}

const fileSlash: State = (parser, character) => {
  if (character === '/' || character === '\\') return fileHost
  const { url, base } = parser
  if (base?.scheme === 'file') {
    url.host = base.host
    const drive = base.path[0]
    if (!parser.startsWithDriveLetter() && isNormalDriveLetter(drive)) {
      ;(url.path as string[]).push(drive as string)
    }
  }
  return parser.again(path)
}

const fileHost: State = (parser, character) => {
  if (!/^[/\\?#]?$/.test(character)) {
    parser.buffer += character
    return fileHost
  }
  parser.pointer--
  const { url, buffer } = parser
  // A drive, not a host; it stays in the buffer for the path.
  if (parser.part === undefined && isDriveLetter(buffer)) return path
  const parsed = buffer === '' ? '' : parseHost(buffer, !isSpecial(url))
  if (parsed === undefined) return 'failure'
  url.host = parsed === 'localhost' ? '' : parsed
  parser.buffer = ''
  return parser.part === undefined ? pathStart : 'over'
}

const pathStart: State = (parser, character) => {
  const { url } = parser
  if (isSpecial(url)) {
    return character === '/' || character === '\\' ? path : parser.again(path)
  }
  if (parser.part === undefined && character === '?') return startsQuery(parser)
  if (parser.part === undefined && character === '#') return startsFragment(parser)
  if (character !== '') return character === '/' ? path : parser.again(path)
  if (parser.part !== undefined && url.host === null) (url.path as string[]).push('')
  return pathStart
}

const path: State = (parser, character) => {
  const isSlash = character === '/' || parser.isBackslash(character)
  const isEnd = parser.part === undefined && (character === '?' || character === '#')
  if (!isSlash && !isEnd && character !== '') {
    parser.buffer += percentEncodeOne(character, encodeSets.path)
    return path
  }
  endOfSegment(parser, isSlash)
  if (character === '?') return startsQuery(parser)
  return character === '#' ? startsFragment(parser) : path
}

function endOfSegment(parser: UrlParser, isSlash: boolean): void {
  const { url, buffer } = parser
  const segments = url.path as string[]
  parser.buffer = ''
  const dots = buffer.replace(/%2e/gi, '.')
  if (dots === '..') shortenPath(url)
  if (dots === '.' || dots === '..') {
    if (!isSlash) segments.push('')
    return
  }
  const isDrive = url.scheme === 'file' && segments.length === 0 && isDriveLetter(buffer)
  segments.push(isDrive ? `${buffer[0]}:` : buffer)
}

const opaquePath: State = (parser, character) => {
  if (character === '?') return startsQuery(parser)
  if (character === '#') return startsFragment(parser)
  if (character === ' ' && /^[?#]$/.test(parser.next())) parser.url.path += '%20'
  else if (character !== '') parser.url.path += percentEncodeOne(character, encodeSets.control)
  return opaquePath
}

function startsQuery({ url }: UrlParser): State {
  url.query = ''
  return query
}

function startsFragment({ url }: UrlParser): State {
  url.fragment = ''
  return fragment
}

const query: State = (parser, character) => {
  if (character !== '' && (character !== '#' || parser.part !== undefined)) {
    parser.buffer += character
    return query
  }
  const { url, buffer } = parser
  url.query += percentEncode(buffer, isSpecial(url) ? encodeSets.specialQuery : encodeSets.query)
  parser.buffer = ''
  return character === '#' ? startsFragment(parser) : query
}

const fragment: State = (parser, character) => {
  if (character !== '') parser.url.fragment += percentEncodeOne(character, encodeSets.fragment)
  return fragment
}

const starts: Readonly<Record<UrlPart, State>> = {
  scheme: schemeStart,
  host,
  hostname: host,
  port,
  path: pathStart,
  query,
  fragment,
}

/** @returns undefined for a text that is no address. */
export function parseUrl(input: string, base?: UrlRecord): UrlRecord | undefined {
  const trimmed = input.toWellFormed().replace(/^[\0-\x20]+|[\0-\x20]+$/g, '')
  const url = emptyRecord()
  const parser = new UrlParser(trimmed.replace(/[\t\n\r]/g, ''), url, base, undefined)
  return parser.run(schemeStart) ? url : undefined
}

/** What a setter does. Where the input is wrong, the address stays as it is, or as far as it was read. */
export function changePart(url: UrlRecord, part: UrlPart, input: string): void {
  const text = input.toWellFormed().replace(/[\t\n\r]/g, '')
  new UrlParser(text, url, undefined, part).run(starts[part])
}
