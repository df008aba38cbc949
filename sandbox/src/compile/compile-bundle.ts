import { ImportSlots } from '../import/import-slots.ts'
import { guestProcessFlags, mainProgram } from '../process/guest-process-flags.ts'
import { plainProgram } from '../process/plain/plain-program.ts'
import { runThrowAway } from '../process/throw-away-process.ts'
import { sandboxErrors } from '../sandbox-errors.ts'

export interface CompileOptions {
  /** The same as the Sandbox's: code made with the other is rejected. */
  readonly useNodeSnapshot: boolean
  readonly deadlineMs: number
  readonly residentMb: number
}

/** Compiling two MiB takes 84 ms, running them at most LOAD_TURN_MS; the rest is the start of a process. */
const defaults: CompileOptions = { useNodeSnapshot: false, deadlineMs: 5000, residentMb: 512 }

/** One at a time: it uses a core for as long as it runs, and nobody waits for it but an installation. */
const MAX_PROCESSES = 1
const MAX_WAITING = 16
/** V8 wrote 1.3 times the source for bundles of research; what is far bigger is not worth its way to a lane. */
const MAX_GROWTH = 8
const MIN_ANSWER_BYTES = 64 * 1024

const slots = new ImportSlots(MAX_PROCESSES, MAX_WAITING)
const sourceOfMain = mainProgram('compile', 'compile-main.ts')

/** Makes ahead what the first compilation would make: it holds the thread for a third of a second. */
export function prepareCompiling(): void {
  plainProgram(sourceOfMain)
}

/**
 * Compiles a bundle in a throw-away process, runs its top level once, and takes what V8 made of it: a load that is
 * given these bytes need not compile. They are as trustworthy as whoever kept them: V8 does not check them, and
 * ends the process over a single wrong bit.
 *
 * @throws `SBX_COMPILE_FAILED`, `SBX_COMPILE_BUSY`. Neither keeps a version from running.
 */
export async function compileBundle(
  source: Uint8Array,
  of: { readonly plugin: string; readonly version: string },
  options: Partial<CompileOptions> = {},
): Promise<Buffer> {
  const { plugin, version } = of
  const { useNodeSnapshot, ...limits } = { ...defaults, ...options }
  using slot = await slots.take()
  if (slot === undefined) {
    const parameters = { plugin, version, reached: MAX_WAITING, limit: MAX_WAITING }
    throw sandboxErrors.create('COMPILE_BUSY', parameters)
  }
  const answerBytes = MIN_ANSWER_BYTES + source.length * MAX_GROWTH
  const { main, folder } = plainProgram(sourceOfMain)
  const ran = await runThrowAway([...guestProcessFlags(useNodeSnapshot, [folder]), main], source, {
    ...limits,
    answerBytes,
  })
  if (ran.ok && ran.bytes.length > 0) return ran.bytes
  const reason = ran.ok ? 'its answer is empty' : ran.reason
  throw sandboxErrors.create('COMPILE_FAILED', { plugin, version, reason })
}
