import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { mainProgram } from '../process/guest-process-flags.ts'
import { plainProgram } from '../process/plain/plain-program.ts'
import {
  type StartedThrowAway,
  startThrowAway,
  type ThrowAwayRun,
} from '../process/throw-away-process.ts'
import type { ExpectedPackage } from './check-package-json.ts'
import type { InspectionDepth } from './inspect-tarball.ts'
import type { PackageLimits } from './package-limits.ts'

/** A package that passes comes back whole, with its list; what is longer is no answer. */
const ANSWER_OVERHEAD_BYTES = 16 * 1024 * 1024

const sourceOfMain = mainProgram('import', 'inspect-main.ts')

/** Makes ahead what the first inspection would make: it holds the thread for half a second. */
export function prepareInspecting(): void {
  plainProgram(sourceOfMain)
}

/** Starts inspect-main.ts for one tarball of this name and version, if one is said, which may come later. */
export function startImportProcess(
  expected: ExpectedPackage | undefined,
  limits: PackageLimits,
  depth: InspectionDepth,
): StartedThrowAway {
  return startThrowAway(importArguments({ expected, limits, depth }))
}

/** Has it look at its tarball. */
export function runImportProcess(
  started: StartedThrowAway,
  tarball: Buffer,
  limits: PackageLimits,
): Promise<ThrowAwayRun> {
  const { deadlineMs, residentMb, unpackedBytes } = limits
  const answerBytes = unpackedBytes + ANSWER_OVERHEAD_BYTES
  return started.run(tarball, { deadlineMs, residentMb, answerBytes })
}

function importArguments(asked: object): string[] {
  const { main, folder } = plainProgram(sourceOfMain)
  return [
    '--no-warnings',
    '--permission',
    ...[folder, ...readableFolders(sourceOfMain)].map((path) => `--allow-fs-read=${path}`),
    '--max-old-space-size=256',
    main,
    JSON.stringify(asked),
  ]
}

/** Its own sources, the SDK's, and the folder of installed packages: no data folder of a host is in there. */
function readableFolders(main: string): string[] {
  const sandbox = dirname(dirname(dirname(main)))
  const require = createRequire(main)
  const manifest = realpathSync(require.resolve('@signalbox/sdk/manifest'))
  const sdk = dirname(dirname(dirname(manifest)))
  const tar = require.resolve('tar')
  const marker = `${sep}node_modules${sep}`
  const installed = tar.slice(0, tar.indexOf(marker) + marker.length)
  return [
    ...[sandbox, sdk].flatMap((folder) => [
      join(folder, 'src'),
      join(folder, 'package.json'),
      join(folder, 'node_modules'),
    ]),
    installed,
  ]
}
