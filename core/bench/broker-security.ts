import { allAttempts } from '../test/isolation/attempts/all-attempts.ts'
import { lateEffects, runAttempts, runControls } from '../test/isolation/run-attempts.ts'
import { buildWorld } from '../test/isolation/world.ts'
import { searchSecrets } from '../test/secrecy/search-secrets.ts'
import type { Teardown } from '../test/support/host-process.ts'
import { Teardowns } from '../test/support/own-server-host.ts'

/**
 * What got through to another tenant or another plugin, and which secrets lie where they must not: the suites of
 * core/test/isolation and core/test/secrecy, counted.
 * @throws where a control fails: a figure of zero would say nothing
 */
export async function securityFigures(): Promise<Record<string, unknown>> {
  return { ...(await tornDown(isolationFigures)), ...(await tornDown(secretFigures)) }
}

async function isolationFigures(t: Teardown): Promise<object> {
  const world = await buildWorld(t)
  const reports = await runAttempts(world, allAttempts)
  const late = await lateEffects(world)
  const controls = await runControls(world, allAttempts)
  const blind = controls.find(({ leaks }) => leaks.length === 0)
  if (blind !== undefined) throw new Error(`the judge did not see: ${blind.row.name}`)
  return {
    isolation_leaks: reports.filter(({ leaks }) => leaks.length > 0).length + late.length,
    isolation_attempts: reports.length,
  }
}

/** Counted are pairs of a secret and a place. */
async function secretFigures(t: Teardown): Promise<object> {
  const { secrets, searches } = await searchSecrets(t)
  const searched = searches.filter(({ place, skipped }) => {
    if (skipped !== undefined) process.stderr.write(`${place} not searched: ${skipped}\n`)
    return skipped === undefined
  })
  const blind = searched.find(({ hasMarker }) => !hasMarker)
  if (blind !== undefined) throw new Error(`nothing can be found in ${blind.place}`)
  return {
    secrets_leaked: searched.reduce((sum, { leaks }) => sum + leaks.length, 0),
    secrets_searched: secrets.length * searched.length,
  }
}

async function tornDown(figures: (t: Teardown) => Promise<object>): Promise<object> {
  const teardowns = new Teardowns()
  try {
    return await figures(teardowns)
  } finally {
    await teardowns.run()
  }
}
