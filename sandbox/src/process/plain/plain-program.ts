import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { mainProgram, sourceFolder, workspaceFolder } from '../guest-process-flags.ts'
import { placeIn, programSources } from './program-sources.ts'

/** Beside the sources, so that a package is found from there as it is from them. */
const cacheFolder = join(workspaceFolder, 'node_modules', '.cache', 'plain-programs')
const keepMain = mainProgram('process', 'plain', 'keep-main.ts')
const KEEP_MS = 20_000

export interface Program {
  readonly main: string
  /** What a process must be able to read for it, beyond the packages it imports. */
  readonly folder: string
}

const known = new Map<string, Program>()

/**
 * A program and all it imports of our sources as plain JavaScript. Node strips types at each start, for which it
 * starts a compiler; that is half of what a lane takes to start, and the cache that spares it to others wants a
 * folder that the process can write to. So it is done once for each state and place of the sources, ahead. The text of every
 * function stays as it is.
 *
 * @param main real path of its main source.
 * @returns the sources themselves where nothing can be kept.
 */
export function plainProgram(main: string): Program {
  const before = known.get(main)
  // Whoever cleans up caches does so while hosts run.
  if (before !== undefined && existsSync(before.main)) return before
  const program = keptProgram(main) ?? { main, folder: sourceFolder }
  known.set(main, program)
  return program
}

function keptProgram(main: string): Program | undefined {
  // What is kept has absolute links to the workspaces' packages: a clone that is moved keeps it anew.
  const hash = createHash('sha256').update(`${process.version}\0${workspaceFolder}`)
  for (const program of [main, keepMain]) {
    for (const [path, text] of programSources(program)) {
      hash.update(`\0${relative(workspaceFolder, path)}\0${text}`)
    }
  }
  const folder = join(cacheFolder, hash.digest('hex').slice(0, 32))
  const kept = placeIn(folder, main)
  if (!existsSync(folder)) keep(main, folder)
  try {
    accessSync(kept, constants.R_OK)
    return { main: kept, folder }
  } catch {
    return undefined
  }
}

/** In a process of its own: Node warns whoever strips types that it may change how. */
function keep(main: string, folder: string): void {
  const args = ['--no-warnings', keepMain, main, folder]
  try {
    execFileSync(process.execPath, args, { cwd: '/', env: {}, stdio: 'ignore', timeout: KEEP_MS })
  } catch {
    // A folder that cannot be written to. Another process may have been quicker, too: the caller looks.
  }
}
