import { fork } from 'node:child_process'
import { join } from 'node:path'

export interface LoadSettings {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Of a POST; absent: it is a GET. */
  readonly body?: string
  /** Asked in turn, instead of the URL's own path. */
  readonly paths?: readonly string[]
  readonly connections: number
  readonly seconds: number
  /** See load-process.ts. It needs a processor of its own: not where what is loaded works on two. */
  readonly staysAwake?: boolean
}

export interface LoadResult {
  readonly requestsPerS: number
  readonly requests: number
  readonly non2xx: number
  readonly errors: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Loads a server from a process of its own: the generator must not share a loop with what it measures. */
export async function load(settings: LoadSettings): Promise<LoadResult> {
  const child = fork(join(import.meta.dirname, 'load-process.ts'), [JSON.stringify(settings)])
  return new Promise((resolve, reject) => {
    child.once('message', (result) => resolve(result as LoadResult))
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)))
  })
}
