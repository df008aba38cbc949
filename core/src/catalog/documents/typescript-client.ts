import { readFileSync } from 'node:fs'
import type { Contract, ContractOperation } from '@signalbox/sdk/contract'
import { comment, onOneLine, typeScriptType } from '@signalbox/sdk/typescript-type'
import { typeName } from './relocated-schema.ts'

/** `@signalbox/sdk/client` itself; made by `npm run generate`. */
const runtime = readFileSync(new URL('./client-runtime.txt', import.meta.url), 'utf8')

/** One file without dependencies: the types of a service, and a client that runs in browsers and in Node. */
export function typeScriptClient(contract: Contract, version: string): string {
  const { id, major, title, operations } = contract
  const entries = Object.entries(operations)
  const types = entries.flatMap(([name, operation]) => typesOf(name, operation))
  const methods = entries.flatMap(([name, operation]) => [
    ...comment(operation.summary?.en, '  '),
    `  ${name}(input: ${typeName(name)}Input, options?: CallOptions): Promise<${answerOf(name, operation)}>`,
  ])
  const shapes = entries.map(
    ([name, { delivery = 'call', safe = false }]) =>
      `    ${name}: { safe: ${safe}, delivery: '${delivery}' },`,
  )
  return [
    // A title with a line end in it would end the comment, and be code on the machine of whoever downloads it.
    `// ${onOneLine(title.en)}: ${id}, major ${major}, as of ${version}. Generated from the contract; do not edit.`,
    '',
    ...types,
    ...comment(contract.description?.en ?? title.en, ''),
    `export interface Client${hasStream(contract) ? ' extends Streams' : ''} {`,
    ...methods,
    '}',
    '',
    runtime,
    'const shape: ServiceShape = {',
    `  id: '${id}',`,
    `  major: ${major},`,
    '  operations: {',
    ...shapes,
    '  },',
    '}',
    '',
    'export function createClient(options: ClientOptions): Client {',
    '  return createServiceClient<Client>(shape, options)',
    '}',
    '',
  ].join('\n')
}

/** An operation of that name is called by its own method, as the host has it. */
function hasStream({ events = [], operations }: Contract): boolean {
  const isOffered = events.some(({ delivery = ['stream'] }) => delivery.includes('stream'))
  return isOffered && !Object.hasOwn(operations, 'stream')
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
