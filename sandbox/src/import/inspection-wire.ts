import type { ErrorParameters, InputFault } from '@signalbox/sdk/errors'
import secureJsonParse from 'secure-json-parse'
import type { PackageInspection } from './inspect-tarball.ts'
import type { PackageErrorName } from './package-errors.ts'

/** What the import process answers: one line of JSON, then the bytes of the files one after the other. */
export type InspectionAnswer =
  | { readonly kind: 'passed'; readonly inspection: PackageInspection }
  | {
      readonly kind: 'refused'
      readonly refusal: PackageErrorName
      readonly parameters: ErrorParameters
      readonly faults: readonly InputFault[]
    }

export function encodeAnswer(answer: InspectionAnswer): Buffer {
  if (answer.kind === 'refused') return Buffer.from(`${JSON.stringify(answer)}\n`)
  const { files, ...rest } = answer.inspection
  const listed = files.map(({ path, size, sha256 }) => ({ path, size, sha256 }))
  const head = JSON.stringify({ kind: 'passed', inspection: { ...rest, files: listed } })
  return Buffer.concat([Buffer.from(`${head}\n`), ...files.map(({ bytes }) => bytes)])
}

/** @returns nothing when the bytes are no complete answer: the process ended in the middle of it. */
export function decodeAnswer(bytes: Buffer): InspectionAnswer | undefined {
  const end = bytes.indexOf('\n')
  if (end < 0) return undefined
  const answer = secureJsonParse.parse(bytes.toString('utf8', 0, end)) as InspectionAnswer
  if (answer.kind === 'refused') return answer
  let from = end + 1
  const files = answer.inspection.files.map((file) => {
    const start = from
    from += file.size
    return { ...file, bytes: bytes.subarray(start, from) }
  })
  if (from !== bytes.length) return undefined
  return { kind: 'passed', inspection: { ...answer.inspection, files } }
}
