import type { Contract, ContractOperation } from '@signalbox/sdk/contract'
import { typeName } from './relocated-schema.ts'
import { comment, onOneLine, typeScriptType } from './typescript-type.ts'

/** One file without dependencies: the types of a service, and a client that runs in browsers and in Node. */
export function typeScriptClient(contract: Contract, version: string): string {
  const { id, major, title, operations } = contract
  const entries = Object.entries(operations)
  const types = entries.flatMap(([name, operation]) => typesOf(name, operation))
  const methods = entries.flatMap(([name, operation]) => [
    ...comment(operation.summary?.en, '  '),
    `  ${name}(input: ${typeName(name)}Input, options?: CallOptions): Promise<${answerOf(name, operation)}>`,
  ])
  const bodies = entries.map(([name, operation]) => {
    const { delivery, safe = false } = operation
    return `    ${name}: (input, options) => ${delivery === 'bytes' ? 'bytes' : 'json'}('${name}', ${safe}, input, options),`
  })
  return [
    // A title with a line end in it would end the comment, and be code on the machine of whoever downloads it.
    `// ${onOneLine(title.en)}: ${id}, major ${major}, as of ${version}. Generated from the contract; do not edit.`,
    '',
    ...types,
    ...comment(contract.description?.en ?? title.en, ''),
    'export interface Client {',
    ...methods,
    '}',
    '',
    runtime,
    `export function createClient(options: ClientOptions): Client {`,
    `  const { json, bytes } = caller(options, '/api/${id}/v${major}/')`,
    '  return {',
    ...bodies,
    '  }',
    '}',
    '',
  ].join('\n')
}

function typesOf(name: string, { input, output, delivery }: ContractOperation): string[] {
  const one = (side: string, schema: unknown) => [
    `export type ${typeName(name)}${side} = ${typeScriptType(schema)}`,
    '',
  ]
  return [...one('Input', input), ...(delivery === 'bytes' ? [] : one('Output', output ?? true))]
}

function answerOf(name: string, { delivery }: ContractOperation): string {
  return delivery === 'bytes' ? 'Response' : `${typeName(name)}Output`
}

/** The same for every service. Safe operations are tried again where the host says when. */
const runtime = `export interface ClientOptions {
  /** Where the host is, such as https://signalbox.example.com. */
  readonly url: string
  /**
   * The key of the subscription, or what gives a token, asked before each call. In a browser give it tokens of your own
   * server: whoever opens a page reads the key that is in it.
   */
  readonly key: string | (() => string | Promise<string>)
  /** Another fetch, such as one with a proxy. */
  readonly fetch?: typeof globalThis.fetch
  /** How often a safe operation is tried again that the host was too busy for. Default: 2. */
  readonly retries?: number
}

export interface CallOptions {
  readonly signal?: AbortSignal
}

/** A refusal of the host or of the service, by its stable code. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly code: string
  readonly status: number
  /** Problem details, RFC 9457. */
  readonly problem: Readonly<Record<string, unknown>>

  constructor(status: number, problem: Readonly<Record<string, unknown>>) {
    super(String(problem['detail'] ?? problem['title'] ?? \`status \${status}\`))
    this.status = status
    this.problem = problem
    this.code = String(problem['code'] ?? 'UNKNOWN')
  }
}

/** Longer than this nobody waits for a call. */
const MAX_WAIT_S = 30

function caller({ url, key, fetch = globalThis.fetch, retries = 2 }: ClientOptions, path: string) {
  if ('document' in globalThis && typeof key === 'string' && key.startsWith('dsk_')) {
    console.warn('A key in a page can be read by whoever opens it: give the page tokens of minutes, see "key".')
  }
  const once = async (operation: string, input: unknown, signal?: AbortSignal) => {
    const secret = typeof key === 'string' ? key : await key()
    return fetch(new URL(path + operation, url), {
      method: 'POST',
      headers: { authorization: \`Bearer \${secret}\`, 'content-type': 'application/json' },
      body: JSON.stringify(input),
      ...(signal === undefined ? {} : { signal }),
    })
  }
  const bytes = async (
    operation: string,
    isSafe: boolean,
    input: unknown,
    { signal }: CallOptions = {},
  ): Promise<Response> => {
    for (let tries = 0; ; tries++) {
      const response = await once(operation, input, signal)
      if (response.ok) return response
      const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
      const isWorthIt = isSafe && tries < retries && seconds <= MAX_WAIT_S
      if (!isWorthIt || ![429, 503].includes(response.status)) {
        throw new ServiceError(response.status, await response.json().catch(() => ({})))
      }
      await response.body?.cancel()
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
      signal?.throwIfAborted()
    }
  }
  const json = async <Output>(
    operation: string,
    isSafe: boolean,
    input: unknown,
    options?: CallOptions,
  ): Promise<Output> =>
    (await (await bytes(operation, isSafe, input, options)).json()) as Output
  return { json, bytes }
}
`
