import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Problem } from '../gateway/problem.ts'
import { terminalLanguage } from './language.ts'
import { credentialsPath, keptToken } from './login/credentials-file.ts'

/** What the host refused, as it said it; the CLI prints it and exits with 1. */
export class HostRefusal extends Error {
  override readonly name = 'HostRefusal'
  readonly problem: Problem

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.title, options)
    this.problem = problem
  }
}

export interface Connection {
  readonly url: string
  readonly token: string | undefined
}

/** Longer than the longest deadline of a call, and than an install with its migrations. */
const TIMEOUT_MS = 120_000

/** A start on a busy machine sheds for some seconds. */
const MAX_ATTEMPTS = 8

interface ConnectionArguments {
  readonly url?: string | undefined
  readonly token?: string | undefined
}

/**
 * Where the host is and how to prove who asks: flags, then SIGNALBOX_URL and SIGNALBOX_TOKEN, then what
 * `signalbox login` keeps for this host, then the operator's token of a host on this machine.
 */
export async function connectionOf(
  args: ConnectionArguments,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Connection> {
  const url =
    args.url ?? environment.SIGNALBOX_URL ?? `http://127.0.0.1:${environment.PORT ?? 4400}`
  const token =
    args.token ??
    environment.SIGNALBOX_TOKEN ??
    (await keptToken(credentialsPath(environment), url)) ??
    (isThisMachine(url) ? await localAdminToken(environment) : undefined)
  return { url: url.replace(/\/+$/, ''), token }
}

/** The operator's token of this machine's host must not travel to whatever address a flag names. */
function isThisMachine(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : ''
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host)
}

async function localAdminToken(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (environment.SIGNALBOX_ADMIN_TOKEN) return environment.SIGNALBOX_ADMIN_TOKEN
  const home = environment.SIGNALBOX_HOME ?? join(environment.INIT_CWD ?? '.', '.signalbox')
  const text = await readFile(join(home, 'admin-token'), 'utf8').catch(() => undefined)
  return text?.trim()
}

/** A thin client of the HTTP face. */
export class HostClient {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /** @throws HostRefusal with the host's own problem details, or one that says it cannot be reached. */
  async request<Answer>(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const json = body === undefined ? undefined : JSON.stringify(body)
    const text = await this.requestText(method, path, json, 'application/json', headers)
    return (text === '' ? undefined : JSON.parse(text)) as Answer
  }

  /** As `request`, with JSON text in and out, untouched; bytes in, where the type says so. */
  async requestText(
    method: string,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
    type = 'application/json',
    headers: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#send(method, path, body, { ...headers, 'content-type': type })
      } catch (error) {
        // Shed before anything was done with it: to ask again is safe, whatever the method.
        if (!isShed(error) || attempt === MAX_ATTEMPTS) throw error
        await delay(attempt * 500)
      }
    }
  }

  /** An answer that is too large to be held: as it comes. @throws HostRefusal */
  async stream(path: string): Promise<ReadableStream<Uint8Array>> {
    const { url, token } = this.#connection
    const headers: Record<string, string> = { 'accept-language': terminalLanguage() }
    if (token !== undefined) headers.authorization = `Bearer ${token}`
    const response = await fetch(`${url}${path}`, { headers }).catch((error: unknown) => {
      throw new HostRefusal(unreachable(url, error))
    })
    if (!response.ok) throw new HostRefusal(problemIn(await response.text(), response.status))
    return response.body ?? new ReadableStream()
  }

  async #send(
    method: string,
    path: string,
    body: string | Uint8Array<ArrayBuffer> | undefined,
    { 'content-type': type, ...given }: Readonly<Record<string, string>>,
  ): Promise<string> {
    const { url, token } = this.#connection
    const headers: Record<string, string> = { ...given, 'accept-language': terminalLanguage() }
    if (body !== undefined && type !== undefined) headers['content-type'] = type
    if (token !== undefined) headers.authorization = `Bearer ${token}`
    const response = await fetch(`${url}${path}`, {
      method,
      headers,
      body: body ?? null,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw new HostRefusal(unreachable(url, error))
    })
    const text = await response.text()
    if (response.ok) return text
    throw new HostRefusal(problemIn(text, response.status))
  }
}

function isShed(error: unknown): boolean {
  return error instanceof HostRefusal && error.problem.code === 'CORE_OVERLOADED'
}

function problemIn(text: string, status: number): Problem {
  try {
    const problem = JSON.parse(text) as Problem
    if (typeof problem.code === 'string') return problem
  } catch {
    // Not ours: something in front of the host answered.
  }
  return {
    type: 'about:blank',
    title: `HTTP ${status}`,
    status,
    detail: text.slice(0, 500),
    code: 'CLI_ANSWER_UNREADABLE',
    traceId: '',
  }
}

function unreachable(url: string, error: unknown): Problem {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const reason = cause instanceof Error ? cause.message || cause.name : String(cause)
  const zh = terminalLanguage() === 'zh-CN'
  return {
    type: 'about:blank',
    title: zh
      ? `无法连接主机 ${url}（${reason}）。`
      : `The host at ${url} cannot be reached (${reason}).`,
    status: 0,
    detail: zh
      ? '请用 "npm start" 启动主机，或用 --url 指定其地址。'
      : 'Start it with "npm start", or say with --url where it is.',
    code: 'CLI_HOST_UNREACHABLE',
    traceId: '',
  }
}
