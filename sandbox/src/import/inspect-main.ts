import { createWriteStream } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { validateContract } from '@signalbox/sdk/contract'
import { validateManifest } from '@signalbox/sdk/manifest'
import type { ExpectedPackage } from './check-package-json.ts'
import { type InspectionDepth, inspectTarball } from './inspect-tarball.ts'
import { encodeAnswer, type InspectionAnswer } from './inspection-wire.ts'
import type { PackageLimits } from './package-limits.ts'
import { PackageRefusal } from './package-refusal.ts'

/**
 * Main program of the import process: the tarball on standard input, the answer on descriptor 3, and nothing
 * else: no environment, no network client, no file but its own sources. Argument: expected package and limits.
 */
const { expected, limits, depth } = JSON.parse(process.argv[2] ?? '') as {
  readonly expected?: ExpectedPackage
  readonly limits: PackageLimits
  readonly depth: InspectionDepth
}

async function answer(tarball: Buffer): Promise<InspectionAnswer> {
  try {
    return { kind: 'passed', inspection: await inspectTarball(tarball, expected, limits, depth) }
  } catch (error) {
    if (!(error instanceof PackageRefusal)) throw error
    const { refusal, parameters, faults } = error
    return { kind: 'refused', refusal, parameters, faults }
  }
}

/** The validators are compiled when they are first asked for, which takes most of the time of a check. */
function rehearse(): void {
  validateManifest({})
  const operations = { sample: { input: { type: 'object' }, output: { type: 'object' } } }
  validateContract({ id: 'sample.service', major: 1, title: { en: 'Sample' }, operations })
}

const tarball = buffer(process.stdin)
// Here, so that a process which is started ahead has done it by the time its tarball comes.
rehearse()
const out = createWriteStream('', { fd: 3 })
out.end(encodeAnswer(await answer(await tarball)))
