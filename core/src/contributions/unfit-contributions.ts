import type { CodedError, InputFault } from '@signalbox/sdk/errors'
import { coreErrors } from '../errors.ts'
import type { Candidate } from '../registry/resolve.ts'
import type { InstalledVersion, Snapshot } from '../rollout/routing/snapshot.ts'
import { pointOwners } from './contributions.ts'
import type { PointSchemas } from './point-schemas.ts'

interface Ports {
  readonly snapshot: () => Snapshot
  readonly points: Pick<PointSchemas, 'faults' | 'hostFaults'>
}

interface Put {
  readonly point: string
  readonly value?: unknown
}

/** An author mends the first ones first. */
const MAX_FAULTS = 50

/**
 * Whether what a version puts into the points of others fits there, asked before it is installed. By what this
 * node knows: an owner that another node installs at the same moment is not asked, as one that comes later is not;
 * what does not fit is then left out and shown to the admin.
 *
 * Where several versions own a point, one that takes the value is enough: an old version that a tenant has pinned,
 * or a stranger that declares the same point, keeps nobody from being installed.
 * @returns CORE_CONTRIBUTION_UNFIT with pointers into package.json; undefined where nothing speaks against it
 */
export async function unfitContributions(
  { snapshot, points }: Ports,
  { plugin, version, manifest }: Candidate,
): Promise<CodedError | undefined> {
  const found: InputFault[] = []
  for (const [index, put] of (manifest.provides?.contributes ?? []).entries()) {
    const owners = pointOwners(snapshot(), put.point, plugin)
    const place = `/signalbox/provides/contributes/${index}/value`
    for (const { pointer, detail } of await faultsOf(points, owners, put)) {
      found.push({ pointer: `${place}${pointer}`, detail, at: 'package.json' })
    }
  }
  if (found.length === 0) return undefined
  const faults = found.slice(0, MAX_FAULTS)
  return coreErrors.create('CONTRIBUTION_UNFIT', { plugin, version }, { faults })
}

/** @returns those of the first owner, where it fits none */
async function faultsOf(
  points: Ports['points'],
  owners: readonly InstalledVersion[],
  { point, value }: Put,
): Promise<readonly InputFault[]> {
  const byHost = points.hostFaults(point, value)
  if (byHost !== undefined) return byHost
  let first: readonly InputFault[] = []
  for (const owner of owners) {
    const faults = await points.faults(owner, point, value)
    if (faults.length === 0) return []
    if (first.length === 0) first = faults
  }
  return first
}
