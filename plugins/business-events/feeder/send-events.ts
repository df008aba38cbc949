import { setTimeout as delay } from 'node:timers/promises'
import type { RecordedEvent } from '../scripts/company.ts'

/** What the host takes in one request. */
const BATCH = 100
/** A host that starts again is back within this. */
const PATIENCE_MS = 60_000
const SLOWEST_ANSWER_MS = 30_000

export interface Receiver {
  readonly url: string
  /** Key of a subscription of the app. */
  readonly key: string
  readonly tenant: string
  readonly app: string
}

export interface Sent {
  readonly accepted: number
  /** Were there already: ids are the recording's own. */
  readonly duplicates: number
}

/**
 * Sends events as the app, a hundred at a time and in their order. A host that is busy or starting is asked again for a minute; what
 * it took before is then a duplicate.
 * @param onProgress told after each batch how many of all are through
 * @throws Error with the host's problem, its code and its cure, where it refuses
 */
export async function sendEvents(
  receiver: Receiver,
  events: readonly RecordedEvent[],
  onProgress: (sent: number) => void,
): Promise<Sent> {
  let accepted = 0
  let duplicates = 0
  for (let from = 0; from < events.length; from += BATCH) {
    const batch = events.slice(from, from + BATCH)
    const answer = await sendBatch(receiver, batch)
    accepted += answer.accepted
    duplicates += answer.duplicates
    onProgress(from + batch.length)
  }
  return { accepted, duplicates }
}

async function sendBatch(
  { url, key, tenant, app }: Receiver,
  batch: readonly RecordedEvent[],
): Promise<Sent> {
  const source = `/tenants/${tenant}/apps/${app}`
  const body = JSON.stringify(batch.map((event) => ({ specversion: '1.0', source, ...event })))
  const until = Date.now() + PATIENCE_MS
  for (;;) {
    const response = await fetch(`${url}/v1/events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/cloudevents-batch+json',
      },
      body,
      signal: AbortSignal.timeout(SLOWEST_ANSWER_MS),
    }).catch((error: unknown) => error as Error)
    if (response instanceof Error) {
      if (Date.now() > until) throw response
      await delay(500)
      continue
    }
    if (response.ok) return (await response.json()) as Sent
    const waits = response.status === 429 || response.status === 503
    if (!waits || Date.now() > until) throw new Error(await problemOf(response))
    await response.body?.cancel()
    const seconds = Number(response.headers.get('retry-after') ?? 1)
    // It may be a date: a second is as good.
    await delay(1000 * (Number.isNaN(seconds) ? 1 : Math.min(10, seconds)))
  }
}

async function problemOf(response: Response): Promise<string> {
  const text = await response.text()
  try {
    const { code, detail, errors = [] } = JSON.parse(text)
    const places = errors
      .slice(0, 5)
      .map((one: { pointer: string; detail: string }) => `${one.pointer} ${one.detail}`)
    return [`${code}: ${detail}`, ...places].join('\n')
  } catch {
    return `HTTP ${response.status}: ${text.slice(0, 200)}`
  }
}
