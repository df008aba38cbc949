import { createWriteStream } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import type { ExpectedPackage } from './check-package-json.ts'
import { inspectTarball } from './inspect-tarball.ts'
import { encodeAnswer, type InspectionAnswer } from './inspection-wire.ts'
import type { PackageLimits } from './package-limits.ts'
import { PackageRefusal } from './package-refusal.ts'

/**
 * Main program of the import process: the tarball on standard input, the answer on descriptor 3, and nothing
 * else: no environment, no network client, no file but its own sources. Argument: expected package and limits.
 */
const { expected, limits } = JSON.parse(process.argv[2] ?? '') as {
  readonly expected: ExpectedPackage
  readonly limits: PackageLimits
}

async function answer(tarball: Buffer): Promise<InspectionAnswer> {
  try {
    return { kind: 'passed', inspection: await inspectTarball(tarball, expected, limits) }
  } catch (error) {
    if (!(error instanceof PackageRefusal)) throw error
    const { refusal, parameters, faults } = error
    return { kind: 'refused', refusal, parameters, faults }
  }
}

const out = createWriteStream('', { fd: 3 })
out.end(encodeAnswer(await answer(await buffer(process.stdin))))
