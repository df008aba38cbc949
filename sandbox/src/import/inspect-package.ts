import type { CodedError } from '@signalbox/sdk/errors'
import type { StartedThrowAway } from '../process/throw-away-process.ts'
import { sandboxErrors } from '../sandbox-errors.ts'
import type { ExpectedPackage } from './check-package-json.ts'
import { runImportProcess, startImportProcess } from './import-process.ts'
import { ImportSlots } from './import-slots.ts'
import { type InspectionDepth, labelOf, type PackageInspection } from './inspect-tarball.ts'
import { decodeAnswer, type InspectionAnswer } from './inspection-wire.ts'
import { type PackageLimits, packageLimits } from './package-limits.ts'

/** Each process may use a core and half a GiB; a publish waits rather than crowding out calls. */
const MAX_PROCESSES = 2
const MAX_WAITING = 32
const RETRY_AFTER_S = 5
/** The largest bundle, minified, is parsed and followed in 3 s, and in twice that on a busy machine. */
const PUBLISH_DEADLINE_MS = 30_000

const slots = new ImportSlots(MAX_PROCESSES, MAX_WAITING)

/**
 * Unpacks and checks a plugin's tarball in a throw-away process that has neither database nor keys.
 * @param expected undefined: it is what it says it is
 * @throws `SBX_PACKAGE_TOO_LARGE`, `SBX_PACKAGE_UNREADABLE`, `SBX_PACKAGE_ENTRY_REFUSED`,
 * `SBX_PACKAGE_MISMATCH`, `SBX_PACKAGE_INVALID`: the package's own fault, with every place in `faults`.
 * `SBX_PACKAGE_CHECK_FAILED` when the check did not keep its limits, `SBX_PACKAGE_CHECK_NOT_STARTED` when the host
 * could not begin it, `SBX_PACKAGE_CHECK_BUSY` when too many wait.
 */
export function inspectPackage(
  tarball: Buffer,
  expected: ExpectedPackage | undefined,
  options: Partial<PackageLimits> = {},
  start: typeof startImportProcess = startImportProcess,
): Promise<PackageInspection> {
  return inspect(tarball, expected, options, 'install', start)
}

/**
 * The same with all checks of a publish: `findings` has what they found, and `faults` of `SBX_PACKAGE_INVALID` are
 * findings too, each with its rule.
 * @param expected undefined: it is what it says it is
 */
export function checkedPackage(
  tarball: Buffer,
  expected: ExpectedPackage | undefined,
  options: Partial<PackageLimits> = {},
): Promise<PackageInspection> {
  return inspect(tarball, expected, { deadlineMs: PUBLISH_DEADLINE_MS, ...options }, 'publish')
}

async function inspect(
  tarball: Buffer,
  expected: ExpectedPackage | undefined,
  options: Partial<PackageLimits>,
  depth: InspectionDepth,
  start: typeof startImportProcess = startImportProcess,
): Promise<PackageInspection> {
  const limits = { ...packageLimits, ...options }
  const plugin = labelOf(expected)
  if (tarball.length > limits.tarballBytes) {
    throw sandboxErrors.create('PACKAGE_TOO_LARGE', {
      plugin,
      what: 'its packed size in bytes',
      reached: tarball.length,
      limit: limits.tarballBytes,
    })
  }
  using slot = await slots.take()
  if (slot === undefined) {
    const parameters = { reached: MAX_WAITING, limit: MAX_WAITING }
    throw sandboxErrors.create('PACKAGE_CHECK_BUSY', parameters, { retryAfterS: RETRY_AFTER_S })
  }
  const ran = await runImportProcess(start(expected, limits, depth), tarball, limits)
  if (!ran.ok) throw checkFailed(plugin, ran.reason, ran.isStarted)
  const answer = readAnswer(ran.bytes)
  if (answer === undefined) throw checkFailed(plugin, 'its answer is incomplete', true)
  if (answer.kind === 'passed') return answer.inspection
  const { refusal, parameters, faults } = answer
  throw sandboxErrors.create(refusal, parameters, { faults })
}

/**
 * Inspects as `inspectPackage` does, by a process that was started before its tarball was there: of who waits for
 * an answer, loading the program takes the most time.
 */
export class WarmInspection {
  #waiting: { readonly key: string; readonly started: StartedThrowAway } | undefined

  /** Starts the process for the package that is expected next; one that waits for another is ended. */
  prepare(expected: ExpectedPackage): void {
    const key = keyOf(expected)
    if (this.#waiting?.key === key) return
    this.stop()
    this.#waiting = { key, started: startImportProcess(expected, packageLimits, 'install') }
  }

  /** @throws as `inspectPackage` does */
  inspect(tarball: Buffer, expected: ExpectedPackage | undefined): Promise<PackageInspection> {
    const waiting = this.#waiting
    if (expected === undefined || waiting?.key !== keyOf(expected)) {
      return inspectPackage(tarball, expected)
    }
    this.#waiting = undefined
    return inspectPackage(tarball, expected, {}, () => waiting.started)
  }

  stop(): void {
    this.#waiting?.started.discard()
    this.#waiting = undefined
  }
}

function keyOf({ name, version, signers }: ExpectedPackage): string {
  return JSON.stringify([name, version, signers])
}

/** The process parsed hostile bytes: what it says is read with the same care. */
function readAnswer(bytes: Buffer): InspectionAnswer | undefined {
  try {
    return decodeAnswer(bytes)
  } catch {
    return undefined
  }
}

function checkFailed(plugin: string, reason: string, isStarted: boolean): CodedError {
  const code = isStarted ? 'PACKAGE_CHECK_FAILED' : 'PACKAGE_CHECK_NOT_STARTED'
  return sandboxErrors.create(code, { plugin, reason })
}
