import { noAnswer, type Problem, ProblemError } from './problem.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Ask {
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  /** The `etag` of what was seen: a change that somebody else made meanwhile is not overwritten. */
  readonly ifMatch?: string | undefined
  /** Made once, however often it is sent. */
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
  /** Of what is known to take its time, and tells how far it is otherwise. */
  readonly deadlineMs?: number
  /** Language of problems. */
  readonly language?: string
  /** Of an app: then it alone proves who asks, and neither cookie nor token of the session goes along. */
  readonly key?: string | undefined
}

/** A host that does not answer is told to whoever waits, rather than waited for. */
const DEADLINE_MS = 60_000

const session: { csrf: string | undefined; onEnd: () => void } = {
  csrf: undefined,
  onEnd: () => undefined,
}

/** What a change has to repeat, so that no page of another site makes one; from `GET /v1/me`. */
export function keepCsrf(token: string | undefined): void {
  session.csrf = token
}

/** @param listener is told when the host no longer knows who asks */
export function onSessionEnd(listener: () => void): void {
  session.onEnd = listener
}

/**
 * Asks the host, as whoever has signed in.
 * @returns what it answered; undefined for no content
 * @throws ProblemError where it refuses
 */
export async function request<Answer>(
  method: Method,
  path: string,
  ask: Ask = {},
): Promise<Answer> {
  const answer = await send(method, path, ask)
  return (answer.status === 204 ? undefined : await bodyOf(answer, ask)) as Answer
}

/** The same, with the `etag` that a later change sends back. */
export async function requestTagged<Answer>(
  path: string,
  ask: Ask = {},
): Promise<{ readonly value: Answer; readonly etag: string | undefined }> {
  const answer = await send('GET', path, ask)
  const etag = answer.headers.get('etag') ?? undefined
  return { value: (await bodyOf(answer, ask)) as Answer, etag }
}

/** An answer's JSON; one that breaks off on its way is none. @throws ProblemError */
export async function bodyOf(answer: Response, ask: Pick<Ask, 'signal'> = {}): Promise<unknown> {
  const text = await answer.text().catch((error: unknown) => {
    throw ask.signal?.aborted ? error : noAnswer(error)
  })
  return JSON.parse(text)
}

/** The answer itself, for what is no JSON. @throws ProblemError */
export async function send(method: Method, path: string, ask: Ask): Promise<Response> {
  const deadline = AbortSignal.timeout(ask.deadlineMs ?? DEADLINE_MS)
  const address = addressOf(path, ask.query)
  const sent: RequestInit = {
    method,
    credentials: ask.key === undefined ? 'same-origin' : 'omit',
    headers: headersOf(method, ask),
    signal: ask.signal === undefined ? deadline : AbortSignal.any([ask.signal, deadline]),
    ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
  }
  const answer = await fetch(address, sent).catch((error: unknown) => {
    // Whoever asked has given up himself.
    throw ask.signal?.aborted ? error : noAnswer(error)
  })
  if (answer.ok) return answer
  const problem = await readProblem(answer)
  // Who asks who he is, is told so by that answer.
  if (answer.status === 401 && ask.key === undefined && path !== '/v1/me') session.onEnd()
  throw new ProblemError(problem)
}

/** Only paths of this host: what is put together of names cannot lead elsewhere. */
export function addressOf(path: string, query: Ask['query'] = {}): string {
  const url = new URL(path, location.origin)
  if (url.origin !== location.origin) throw new TypeError(`not a path of this host: ${path}`)
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value))
  }
  return url.pathname + url.search
}

function headersOf(method: Method, ask: Ask): Record<string, string> {
  return {
    accept: 'application/json, application/problem+json',
    'accept-language': ask.language ?? document.documentElement.lang,
    ...(ask.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...proofOf(method, ask.key),
    ...(ask.ifMatch === undefined ? {} : { 'if-match': ask.ifMatch }),
    ...(ask.idempotencyKey === undefined ? {} : { 'idempotency-key': ask.idempotencyKey }),
  }
}

function proofOf(method: Method, key: string | undefined): Record<string, string> {
  if (key !== undefined) return { authorization: `Bearer ${key}` }
  return method === 'GET' || session.csrf === undefined ? {} : { 'x-csrf-token': session.csrf }
}

async function readProblem(answer: Response): Promise<Problem> {
  const status = answer.status
  try {
    return { ...((await answer.json()) as Problem), status }
  } catch {
    return { status, code: `HTTP_${status}`, title: answer.statusText, detail: '' }
  }
}
