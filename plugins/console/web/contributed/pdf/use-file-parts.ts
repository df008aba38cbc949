import { useQuery, useQueryClient } from '@tanstack/react-query'
import { bindInput, readPointer } from '../bind.ts'
import type { Operation } from '../contract-input.ts'
import { useContributedPlace } from '../contributed-context.ts'
import type { SourceSpec } from '../page-spec.ts'
import { serviceAnswer } from '../service-answer.ts'
import { useOperation } from '../use-operation.ts'
import { base64Bytes } from './base64-bytes.ts'

/** Larger files are not for a page of a browser. */
const MOST_BYTES = 64 * 1024 * 1024
/** Of files of that size, in the smallest parts that are worth a call. */
const MOST_PARTS = 1024
const PARTS = 'parts of a file'

/**
 * A file that an operation gives in parts: base64 at the pointer, and in `next` the `offset` to ask for as long as there is more,
 * all of one file where the operation takes which. To have read to the end may mean something to the plugin: what else is
 * shown of it is asked again.
 */
export function useFileParts(
  source: SourceSpec,
  pointer: string,
  first: unknown,
): { readonly bytes: ArrayBuffer | undefined; readonly error: Error | null } {
  const { params } = useContributedPlace()
  const { operation } = useOperation(source)
  const queries = useQueryClient()
  const input = bindInput(source.input, { params })
  const pinned = pinsOf(first, operation)
  const { data, error } = useQuery({
    queryKey: [
      PARTS,
      source.service,
      source.operation,
      input,
      readPointer(first, '/sha256') ?? first,
    ],
    queryFn: async ({ signal }) => {
      const parts: Uint8Array<ArrayBuffer>[] = []
      let size = 0
      let offset = 0
      let answer = first
      for (;;) {
        const part = base64Bytes(String(readPointer(answer, pointer) ?? ''))
        parts.push(part)
        size += part.length
        const next = readPointer(answer, '/next')
        if (typeof next !== 'number') break
        const isStuck = next <= offset || parts.length >= MOST_PARTS
        if (isStuck || size > MOST_BYTES) throw new RangeError('the file does not end')
        offset = next
        answer = (await serviceAnswer(source, { ...input, ...pinned, offset: next }, signal)).value
      }
      // What has no name of its content would be read anew by being asked again, without end.
      const isNamed = readPointer(first, '/sha256') !== undefined
      if (operation?.safe !== true && isNamed)
        void queries.invalidateQueries({ queryKey: ['service'] })
      return new Blob(parts).arrayBuffer()
    },
    enabled: operation !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  return { bytes: data, error }
}

/** What says of which file the parts are, where it may become another while it is read. */
function pinsOf(first: unknown, operation: Operation | undefined): Record<string, unknown> {
  const taken = Object.keys(operation?.input.properties ?? {})
  const pins = ['sha256', 'revision'].filter((name) => taken.includes(name))
  return Object.fromEntries(
    pins.flatMap((name) => {
      const value = readPointer(first, `/${name}`)
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
