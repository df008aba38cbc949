import type { PackageFaults } from './package-files.ts'

const STEP = /^(\d{4}-[a-z0-9][a-z0-9-]*)\.(expand|expand\.down|backfill|contract)\.sql$/

/**
 * Judges the names in a plugin's migrations folder: a step is `NNNN-name.expand.sql` with its
 * `.expand.down.sql`, each number once. The SQL itself is the migration runner's to judge.
 */
export function checkMigrations(
  folder: string,
  names: readonly string[],
  faults: PackageFaults,
): void {
  const at = (name: string) => `${folder}/${name}`
  const present = new Set(names)
  const steps = new Set<string>()
  for (const name of names) {
    const step = STEP.exec(name)?.[1]
    if (step === undefined) faults.add(at(name), '', 'must be named like 0001-models.expand.sql')
    else steps.add(step)
  }
  const numbers = new Map<string, string>()
  for (const step of steps) {
    for (const part of ['expand', 'expand.down']) {
      const name = `${step}.${part}.sql`
      if (!present.has(name)) faults.add(at(name), '', `is missing: step ${step} needs it`)
    }
    const number = step.slice(0, 4)
    const other = numbers.get(number)
    if (other !== undefined) faults.add(at(`${step}.expand.sql`), '', `has the number of ${other}`)
    numbers.set(number, step)
  }
  if (steps.size === 0)
    faults.add('package.json', '/signalbox/migrations', 'names a folder without steps')
}
