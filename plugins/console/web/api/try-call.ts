import { newKey } from './new-key.ts'
import { send } from './request.ts'

/** What a call answered, as far as it is shown. */
export interface TriedAnswer {
  readonly status: number
  readonly tookMs: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
  readonly isCut: boolean
}

/** The rest of an answer is for programs. */
const MOST_CHARACTERS = 262_144

const TOLD = ['signalbox-version', 'ratelimit', 'ratelimit-policy', 'deprecation', 'sunset', 'link']

/** Calls once, to look at the answer itself. @param key of an app; undefined: as the viewer @throws ProblemError */
export async function tryCall(
  path: string,
  input: unknown,
  { key, isSafe }: { key: string | undefined; isSafe: boolean },
): Promise<TriedAnswer> {
  const started = performance.now()
  const answer = await send('POST', path, {
    body: input,
    key,
    ...(isSafe ? {} : { idempotencyKey: newKey() }),
  })
  const { body, isCut } = await beginningOf(answer)
  const headers = TOLD.flatMap((name) => {
    const value = answer.headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  const tookMs = Math.round(performance.now() - started)
  return { status: answer.status, tookMs, headers, body, isCut }
}

/** An answer may be a stream of gigabytes. */
async function beginningOf(answer: Response): Promise<{ body: string; isCut: boolean }> {
  if (answer.body === null) return { body: '', isCut: false }
  const reader = answer.body.getReader()
  const decoder = new TextDecoder()
  let body = ''
  while (body.length < MOST_CHARACTERS) {
    const { done, value } = await reader.read()
    if (done) return { body: body + decoder.decode(), isCut: false }
    body += decoder.decode(value, { stream: true })
  }
  await reader.cancel()
  return { body: body.slice(0, MOST_CHARACTERS), isCut: true }
}
