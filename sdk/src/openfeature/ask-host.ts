import { type Assignment, assignmentIn } from './assignment.ts'
import { EvaluationError } from './evaluation-error.ts'

export interface Question {
  readonly plugin: string
  readonly tenant: string
  readonly key: string
}

export interface HostAccess {
  readonly url: string | URL
  readonly token: string | (() => string | Promise<string>)
  readonly deadlineMs: number
  readonly fetch: typeof fetch
}

/** The host could not be asked, or could not answer: nothing is said of the question. */
export class HostAway extends Error {}

/** @throws HostAway; EvaluationError where the question itself is wrong */
export async function askHost(access: HostAccess, question: Question): Promise<Assignment> {
  const url = new URL('/v1/assignment', access.url)
  for (const [name, value] of Object.entries(question)) url.searchParams.set(name, value)
  const { status, answer } = await askedBefore(access, url)
  if (status === 404) {
    throw new EvaluationError(`no plugin ${question.plugin} is installed`, {
      code: 'FLAG_NOT_FOUND',
    })
  }
  if (status === 400) throw new EvaluationError(detailOf(answer), { code: 'INVALID_CONTEXT' })
  const assignment = status === 200 ? assignmentIn(answer) : undefined
  if (assignment === undefined) throw new HostAway(`the host answered ${status}`)
  return assignment
}

async function askedBefore({ token, deadlineMs, fetch }: HostAccess, url: URL) {
  try {
    const secret = typeof token === 'string' ? token : await token()
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${secret}`, accept: 'application/json' },
      // A redirect would carry the token to wherever it points.
      redirect: 'error',
      signal: AbortSignal.timeout(deadlineMs),
    })
    return { status: response.status, answer: (await response.json()) as unknown }
  } catch (cause) {
    throw new HostAway('the host could not be reached in time', { cause })
  }
}

function detailOf(problem: unknown): string {
  const detail: unknown =
    typeof problem === 'object' && problem !== null ? Reflect.get(problem, 'title') : undefined
  return typeof detail === 'string' ? detail : 'the host refused the context'
}
