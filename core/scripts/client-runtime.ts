import { readFile } from 'node:fs/promises'

const sources = new URL('../../sdk/src/client/', import.meta.url)
/** Each before those that use it. */
const files = [
  'service-error',
  'retry-rules',
  'rate-limit',
  'token-source',
  'client-options',
  'client-time',
  'server-sent-events',
  'caller',
  'event-stream',
  'service-client',
]

/** `@signalbox/sdk/client` as one text without imports: what a downloaded client holds, so that it needs no package. */
export async function clientRuntime(): Promise<string> {
  const texts = await Promise.all(
    files.map((name) => readFile(new URL(`${name}.ts`, sources), 'utf8')),
  )
  return texts
    .map((text) => text.replace(/^(import|export( type)? \{)[^;]*? from '[^']+'\n+/gm, '').trim())
    .join('\n\n')
    .concat('\n')
}
