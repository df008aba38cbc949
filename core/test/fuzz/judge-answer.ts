import { join } from 'node:path'
import { formsIn } from '../support/canaries.ts'

export interface Asked {
  readonly route: string
  readonly method: string
}

export interface Answered {
  readonly status: number
  readonly type: string
  readonly headers: string
  readonly body: Buffer
}

/** 503 that the reference of errors gives a reason and a time to come again for. */
const documented: ReadonlySet<string> = new Set([
  'CORE_OVERLOADED',
  'CORE_BLOB_STREAMS_TAKEN',
  'CORE_EVENT_STREAMS_TAKEN',
  'CORE_STREAMS_TAKEN',
])

const root = join(import.meta.dirname, '../../..')

/** What only the inside of a host says. Chosen so that nothing that is sent to it reads like it. */
const insides: readonly (readonly [string, RegExp])[] = [
  ['a stack', /\n\s+at .{1,200}:\d+:\d+|at [\w.<> ]{1,80} \((file|node):/],
  ['a path', /node_modules|\/core\/src\/|file:\/\/\/(?!etc)|\/tmp\/signalbox/],
  [
    'SQL',
    /\b(select|insert into|update|delete from) "\w|syntax error at|violates \w+ constraint|relation "|column "\w+" |invalid input syntax|\bduplicate key\b|value too long for type|out of range for type/i,
  ],
]

/** What is wrong with an answer; undefined: nothing. @param canaries what the asker may not see */
export function faultOf(
  asked: Asked,
  { status, type, headers, body }: Answered,
  canaries: readonly string[],
): string | undefined {
  for (const canary of canaries) {
    const [form] = [...formsIn(body, canary), ...formsIn(Buffer.from(headers), canary)]
    if (form !== undefined) return `leaks another tenant's canary (${form})`
  }
  const all = body.toString('latin1')
  // What a guest threw is kept with its stack, for the eyes of who owns the call; of the host nothing is, ever.
  if (all.includes(root) || /node_modules|\/core\/src\//.test(all)) return 'tells a path'
  if (/\nlocation\n(https?:)?\/\/(evil|other)\.example/.test(headers)) return 'leads elsewhere'
  const text = status >= 400 ? body.toString() : ''
  // As it reads, not as JSON writes it.
  const words = text.replaceAll('\\n', '\n').replaceAll('\\"', '"')
  if (headers.includes('smuggled')) return 'a header was smuggled into the answer'
  for (const [what, pattern] of insides) if (pattern.test(words)) return `tells ${what}`
  return refusalFault(asked, status, type, text)
}

function refusalFault(
  { method, route }: Asked,
  status: number,
  type: string,
  text: string,
): string | undefined {
  const code = codeIn(text)
  if (status >= 500 && !(status === 503 && documented.has(code ?? ''))) return `answers ${status}`
  if (status < 400 || method === 'HEAD') return undefined
  // Clients of any library read these: RFC 6749 §5.2.
  if (
    / \/(oauth2|\.well-known)\//.test(route) &&
    /json/.test(type) &&
    /"error":"[a-z_]+"/.test(text)
  ) {
    return undefined
  }
  if (!type.startsWith('application/problem+json')) return `refuses as ${type}`
  if (code === undefined || !/^[A-Z]+_[A-Z0-9_]+$/.test(code)) return 'refuses without a code'
  return /"traceId":"[0-9a-f]{32}"/.test(text) ? undefined : 'refuses without a trace'
}

function codeIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { code?: string }).code
  } catch {
    return undefined
  }
}
