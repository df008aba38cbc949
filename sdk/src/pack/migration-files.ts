import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { InputFault } from '../errors/coded-error.ts'
import { fileFault } from './package-file.ts'

const STEP = /^(\d{4}-[a-z0-9][a-z0-9-]*)\.(expand|expand\.down|backfill|contract)\.sql$/

/**
 * Judges the names in a plugin's migrations folder. A step is `NNNN-name.expand.sql` with its
 * `.expand.down.sql`, and may have `.backfill.sql` and `.contract.sql`; the SQL itself is the host's to judge.
 */
export async function migrationFaults(folder: string, path: string): Promise<InputFault[]> {
  // A folder that is not there was told by its pointer in the manifest.
  if ((await fileFault(folder, path, 'folder')) !== undefined) return []
  const names = (await readdir(join(folder, path))).sort()
  return migrationNameFaults(names).map(([name, detail]) => ({
    at: `${path}/${name}`,
    pointer: '',
    detail,
  }))
}

/** @returns pairs of a file's name and what is wrong with it. */
export function migrationNameFaults(names: readonly string[]): [name: string, detail: string][] {
  const faults: [string, string][] = []
  const present = new Set(names)
  const steps = new Set<string>()
  for (const name of names) {
    const step = STEP.exec(name)?.[1]
    if (step === undefined) faults.push([name, 'must be named like 0001-models.expand.sql'])
    else steps.add(step)
  }
  const stepOfNumber = new Map<string, string>()
  for (const step of steps) {
    for (const part of ['expand', 'expand.down']) {
      const name = `${step}.${part}.sql`
      if (!present.has(name)) faults.push([name, `is missing: step ${step} needs it`])
    }
    const number = step.slice(0, 4)
    const other = stepOfNumber.get(number)
    if (other !== undefined) faults.push([`${step}.expand.sql`, `has the number of ${other}`])
    stepOfNumber.set(number, step)
  }
  if (steps.size === 0)
    faults.push(['0001-name.expand.sql', 'is missing: the folder holds no step'])
  return faults
}
