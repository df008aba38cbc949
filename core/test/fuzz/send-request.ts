import { type Agent, request as ask } from 'node:http'
import type { Answered } from './judge-answer.ts'
import type { FuzzRequest } from './make-request.ts'

/** Longer than any deadline of the host: who has no answer by then is kept waiting. */
const PATIENCE_MS = 45_000
/** A stream has no end: its beginning is judged. */
const STREAM_MS = 150

/** @returns undefined where the host closed the connection without a word @throws where it did not answer in time */
export function sendRequest(
  agent: Agent,
  url: string,
  { method, path, headers, body }: FuzzRequest,
): Promise<Answered | undefined> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      sent.destroy()
      reject(new Error('no answer'))
    }, PATIENCE_MS)
    const end = (answered: Answered | undefined) => {
      clearTimeout(late)
      resolve(answered)
    }
    const length = body === undefined ? {} : { 'content-length': String(body.length) }
    const sent = ask(
      { agent, hostname, port, method, path, headers: { ...outgoing(headers), ...length } },
      (response) => {
        const chunks: Buffer[] = []
        const type = response.headers['content-type'] ?? ''
        const done = () =>
          end({
            status: response.statusCode ?? 0,
            type,
            headers: response.rawHeaders.join('\n').toLowerCase(),
            body: Buffer.concat(chunks),
          })
        if (type.startsWith('text/event-stream')) setTimeout(() => response.destroy(), STREAM_MS)
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('close', done)
      },
    )
    // Refused before the body was read, or a body that was too large: the connection is gone, not the host.
    sent.once('error', () => end(undefined))
    sent.end(body)
  })
}

/** What Node's client refuses to send is in raw-requests.ts. */
function outgoing(headers: FuzzRequest['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      String(value).replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?'),
    ]),
  )
}
