import type { Finding } from '@signalbox/sdk/finding'
import { positionOf } from '@signalbox/sdk/json-position'
import { registryRules } from '@signalbox/sdk/registry-rules'
import type { Knex } from 'knex'
import type { PackageName } from '../packages/package-name.ts'
import { knownPackages, listNamesOfOthers } from '../packages/package-name-store.ts'
import { listRequirements, listVersions } from '../packages/package-store.ts'
import type { PackageInspection } from '../ports.ts'
import type { Actor } from '../publishers/actor.ts'
import { type Likeness, likenessOf } from './name-similarity.ts'
import { requirementCycle } from './requirement-cycle.ts'
import { versionOrder } from './version-order.ts'

export interface Candidate {
  readonly actor: Actor
  readonly name: PackageName
  readonly version: string
  readonly inspection: PackageInspection
  /** Nothing of this name was published before. */
  readonly isNew: boolean
}

/** What can only be seen beside the other packages of the registry. */
export async function registryFindings(
  knex: Knex,
  candidate: Candidate,
): Promise<readonly Finding[]> {
  return [
    ...(await versionFindings(knex, candidate)),
    ...(await requirementFindings(knex, candidate)),
    ...(candidate.isNew ? await nameFindings(knex, candidate) : []),
  ]
}

/** Asked once more while the package is held: of two publishes at once the second sees the first. */
export async function versionFindings(
  knex: Knex,
  { name, version, inspection }: Pick<Candidate, 'name' | 'version' | 'inspection'>,
): Promise<readonly Finding[]> {
  // Of two who publish the same one, the second is told that it is taken.
  const others = (await listVersions(knex, name.full)).filter((one) => one !== version)
  const { blocking, ahead } = versionOrder(version, others)
  const place = placeOf(inspection, '/version')
  if (blocking !== undefined) {
    return [registryRules.find('semver/not-greater', place, { version, latest: blocking })]
  }
  if (ahead === undefined) return []
  return [registryRules.find('semver/older-line', place, { version, latest: ahead })]
}

async function requirementFindings(
  knex: Knex,
  { name, inspection }: Candidate,
): Promise<readonly Finding[]> {
  const requires = Object.keys(inspection.manifest.requires ?? {})
  if (requires.length === 0) return []
  const known = await knownPackages(knex, requires)
  const place = (required: string) =>
    placeOf(
      inspection,
      `/signalbox/requires/${required.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    )
  const unknown = requires
    .filter((required) => !known.has(required) && required !== name.full)
    .map((required) => registryRules.find('requires/unknown', place(required), { required }))
  const others = new Map(
    (await listRequirements(knex)).map((one) => [one.name, Object.keys(one.requires)]),
  )
  const cycle = requirementCycle(name.full, requires, others)
  if (cycle === undefined) return unknown
  const words = { cycle: cycle.join(' → ') }
  return [...unknown, registryRules.find('requires/cycle', place(cycle[1] ?? ''), words)]
}

const ruleOf = { confusable: 'name/confusable', similar: 'name/similar' } as const
/** Of one kind: three show what is meant. */
const MAX_NAMES = 3

async function nameFindings(
  knex: Knex,
  { actor, name, inspection }: Candidate,
): Promise<readonly Finding[]> {
  const likes: Record<Likeness, string[]> = { confusable: [], similar: [] }
  for (const other of await listNamesOfOthers(knex, actor.name, name.full.length)) {
    const likeness = likenessOf(name.full, other)
    if (likeness !== undefined) likes[likeness].push(other)
  }
  // The operator knows whose names they are, and is told.
  const weight = actor.kind === 'operator' ? ({ severity: 'warning' } as const) : {}
  const place = { ...placeOf(inspection, '/name'), ...weight }
  return (['confusable', 'similar'] as const).flatMap((kind) =>
    likes[kind]
      .slice(0, MAX_NAMES)
      .map((other) => registryRules.find(ruleOf[kind], place, { other })),
  )
}

function placeOf({ files }: PackageInspection, pointer: string) {
  const file = 'package.json'
  const text = files.find(({ path }) => path === file)?.bytes.toString('utf8')
  return text === undefined ? { file } : { file, line: positionOf(text, pointer).line }
}
