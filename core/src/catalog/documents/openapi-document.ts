import type { Contract, ContractOperation } from '@signalbox/sdk/contract'
import type { Language } from '@signalbox/sdk/errors'
import { relocated, typeName } from './relocated-schema.ts'

interface Ground {
  readonly contract: Contract
  readonly version: string
  readonly language: Language
}

type Json = Readonly<Record<string, unknown>>

/** OpenAPI 3.1 of a data service as apps call it: `/api/{service}/v{major}/{operation}`. */
export function openApiDocument({ contract, version, language }: Ground): Json {
  const { id, major, terms, owner, tags = [], operations } = contract
  const said = (text: Contract['title'] | undefined) => text?.[language] ?? text?.en
  const entries = Object.entries(operations)
  return {
    openapi: '3.1.0',
    info: {
      title: said(contract.title),
      version,
      description: said(contract.description) ?? said(contract.title),
      ...(terms === undefined ? {} : { 'x-terms': terms }),
      ...(owner === undefined ? {} : { contact: { name: owner } }),
    },
    servers: [{ url: '/' }],
    security: [{ key: [] }],
    ...(tags.length === 0 ? {} : { tags: tags.map((name) => ({ name })) }),
    paths: Object.fromEntries(
      entries.map(([name, operation]) => [
        `/api/${id}/v${major}/${name}`,
        pathItem(name, operation, said),
      ]),
    ),
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'The key of a subscription.' },
      },
      schemas: {
        ...Object.fromEntries(entries.flatMap(([name, operation]) => schemasOf(name, operation))),
        Problem: problem,
      },
      responses: Object.fromEntries(refusals.map(([status, text]) => [`R${status}`, answer(text)])),
    },
  }
}

/** What the gateway may answer in the place of an operation, each as problem details (RFC 9457). */
const refusals = [
  ['400', 'The input does not fit the contract; errors[] says where.'],
  ['401', 'The key is missing, unknown or revoked.'],
  ['403', 'The subscription is not active, or does not cover the operation.'],
  ['404', 'There is no such service, major or operation.'],
  ['413', 'The body is too large.'],
  ['422', 'The service refuses the input; code says why.'],
  ['429', 'More calls than the plan allows; Retry-After says when to come again.'],
  ['500', 'The host failed; its log has the trace id.'],
  ['502', 'The version that serves the operation failed.'],
  ['503', 'The service is busy or not available; Retry-After says when to come again.'],
  ['504', 'There was no answer within the deadline.'],
] as const

const problem = {
  type: 'object',
  description: 'Problem details, RFC 9457.',
  required: ['type', 'title', 'status', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', description: 'Stable; what a program decides by.' },
    cure: { type: 'string' },
    traceId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { pointer: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
}

function answer(description: string): Json {
  const schema = { $ref: '#/components/schemas/Problem' }
  return { description, content: { 'application/problem+json': { schema } } }
}

function schemasOf(
  name: string,
  { input, output, delivery }: ContractOperation,
): [string, unknown][] {
  const sides = delivery === 'bytes' ? { Input: input } : { Input: input, Output: output ?? true }
  return Object.entries(sides).map(([side, schema]) => {
    const key = `${typeName(name)}${side}`
    return [key, relocated(schema, `#/components/schemas/${key}`)]
  })
}

/** A text in the language of whoever asks. */
type Said = (text: Contract['title'] | undefined) => string | undefined

function pathItem(name: string, operation: ContractOperation, said: Said): Json {
  const summary = said(operation.summary)
  const parameters = operation.safe === true ? queryOf(name, operation.input) : undefined
  const common = {
    ...(summary === undefined ? {} : { summary }),
    responses: responsesOf(name, operation, said),
  }
  const examples = namedExamples(operation, 'input')
  const schema = { $ref: `#/components/schemas/${typeName(name)}Input` }
  return {
    ...(parameters === undefined
      ? {}
      : { get: { operationId: `${name}ByGet`, ...common, parameters } }),
    post: {
      operationId: name,
      ...common,
      requestBody: {
        required: true,
        content: { 'application/json': { schema, ...examples } },
      },
    },
  }
}

function responsesOf(name: string, operation: ContractOperation, said: Said): Json {
  const content =
    operation.delivery === 'bytes'
      ? { [operation.contentType ?? 'application/octet-stream']: {} }
      : {
          'application/json': {
            schema: { $ref: `#/components/schemas/${typeName(name)}Output` },
            ...namedExamples(operation, 'output'),
          },
        }
  const codes = (operation.errors ?? []).map(({ code, summary }) =>
    [code, said(summary)].filter((part) => part !== undefined).join(': '),
  )
  const own = codes.length === 0 ? {} : { 422: answer(codes.join('\n')) }
  return {
    200: {
      description: 'The answer.',
      headers: {
        'signalbox-version': {
          description: 'The version that answered.',
          schema: { type: 'string' },
        },
      },
      content,
    },
    ...Object.fromEntries(
      refusals.map(([status]) => [status, { $ref: `#/components/responses/R${status}` }]),
    ),
    ...own,
  }
}

function namedExamples({ examples = [] }: ContractOperation, side: 'input' | 'output'): Json {
  const shown = examples.filter((example) => side in example)
  if (shown.length === 0) return {}
  const entries = shown.map((example, index) => [
    `example${index + 1}`,
    { ...(example.name === undefined ? {} : { summary: example.name }), value: example[side] },
  ])
  return { examples: Object.fromEntries(entries) }
}

/** A GET has its input in the query; what holds objects does not go there. */
function queryOf(name: string, input: unknown): Json[] | undefined {
  const { properties = {}, required = [] } = (input ?? {}) as {
    readonly properties?: Json
    readonly required?: readonly string[]
  }
  const base = `#/components/schemas/${typeName(name)}Input`
  const flat = Object.entries(properties).filter(([, schema]) => isFlat(schema))
  const isWhole = required.every((one) => flat.some(([key]) => key === one))
  if (!isWhole) return undefined
  return flat.map(([key, schema]) => ({
    name: key,
    in: 'query',
    required: required.includes(key),
    schema: relocated(schema, base),
  }))
}

function isFlat(schema: unknown): boolean {
  const { type, items, enum: members } = (schema ?? {}) as Json
  if (Array.isArray(members)) return true
  const types = [type].flat()
  if (types.includes('array')) return isFlat(items)
  return type !== undefined && !types.includes('object')
}
