import { Ajv2020 } from 'ajv/dist/2020.js'
import type { FromSchema } from 'json-schema-to-ts'
import semver from 'semver'
import type { InputFault } from '../errors/coded-error.ts'
import { pointerTo } from '../schema/json-pointer.ts'
import { faultsOf, lateValidator, ownSchema } from '../schema/validate.ts'
import { capabilityFaults } from './capability-faults.ts'
import { type CapabilityName, capabilitySchemas } from './capability-schemas.ts'
import { contributionFaults } from './contribution-faults.ts'
import { cronFault, isTimeZone } from './cron-fields.ts'
import { hostPageFaults } from './host-page.ts'
import { lineageFaults } from './lineage-faults.ts'
import { manifestSchema } from './manifest-schema.ts'
import { planFaults } from './plan-faults.ts'
import { packagePath } from './terms.ts'

export type Manifest = FromSchema<typeof manifestSchema>
export type Tier = Manifest['runtime']['tier']
export type { CapabilityName }

/** One power a manifest asks for: its name and the parameters, without the words meant for people. */
export interface CapabilityRequest {
  readonly name: CapabilityName
  readonly parameters: Readonly<Record<string, unknown>>
  readonly optional: boolean
  readonly why: Readonly<Record<string, string>>
}

export interface RuntimeLimits {
  readonly heapMb: number
  readonly turnMs: number
  readonly deadlineMs: number
  readonly payloadKb: number
}

/** What a plugin gets when it names no limits; measured room for a first-party plugin, small enough for 600 isolates a GiB. */
export const defaultLimits: RuntimeLimits = Object.freeze({
  heapMb: 64,
  turnMs: 200,
  deadlineMs: 2000,
  payloadKb: 1024,
})

export type ManifestResult =
  | { readonly ok: true; readonly manifest: Manifest }
  | { readonly ok: false; readonly faults: readonly InputFault[] }

const validator = lateValidator(() =>
  new Ajv2020({
    allErrors: true,
    strict: true,
    strictTypes: false,
    verbose: true,
    ...ownSchema,
  }).compile<Manifest>(manifestSchema),
)

/**
 * Checks the `signalbox` key of a package.json.
 * @returns the manifest, or every fault with a JSON pointer relative to that key.
 */
export function validateManifest(value: unknown): ManifestResult {
  const validate = validator()
  if (!validate(value)) return { ok: false, faults: faultsOf(validate) }
  const faults = [...rangeFaults(value), ...consistencyFaults(value), ...jobFaults(value)]
  return faults.length === 0 ? { ok: true, manifest: value } : { ok: false, faults }
}

/** The capabilities a manifest asks for, in the order it names them; a page of links gives the plugin nothing more. */
export function capabilityRequests({
  capabilities,
}: Manifest | Pick<Manifest, 'capabilities'>): readonly CapabilityRequest[] {
  return Object.entries(capabilities ?? {}).flatMap(([name, entries]) =>
    (entries as readonly Record<string, unknown>[]).map(
      ({ why, optional, page, ...parameters }) => ({
        name: name as CapabilityName,
        parameters,
        optional: optional === true,
        why: why as Record<string, string>,
      }),
    ),
  )
}

export function runtimeLimits(manifest: Manifest): RuntimeLimits {
  return { ...defaultLimits, ...manifest.runtime.limits }
}

export function isCapabilityName(name: string): name is CapabilityName {
  return Object.hasOwn(capabilitySchemas, name)
}

function rangeFaults(manifest: Manifest): InputFault[] {
  const ranges: [string, string][] = [
    ['/host', manifest.host],
    ...Object.entries(manifest.requires ?? {}).map(([name, range]): [string, string] => [
      pointerTo('/requires', name),
      range,
    ]),
  ]
  return ranges
    .filter(([, range]) => semver.validRange(range) === null)
    .map(([pointer]) => ({ pointer, detail: 'must be a semver range such as ^1.0.0' }))
}

/** What a schema cannot say: properties that need, exclude or bound each other. */
function consistencyFaults(manifest: Manifest): InputFault[] {
  const { tier, entry, limits } = manifest.runtime
  const { turnMs, deadlineMs } = { ...defaultLimits, ...limits }
  const faults: InputFault[] = []
  const fault = (pointer: string, detail: string) => faults.push({ pointer, detail })
  if (tier === 'declarative' && entry !== undefined) {
    fault('/runtime/entry', 'a declarative plugin has no code: remove the entry')
  }
  if (tier !== 'declarative' && entry === undefined) {
    fault('/runtime/entry', `a ${tier} plugin names its bundle, such as dist/plugin.js`)
  }
  if (limits?.turnMs !== undefined && turnMs > deadlineMs) {
    fault('/runtime/limits/turnMs', `must be at most deadlineMs, which is ${deadlineMs}`)
  }
  if (manifest.migrations !== undefined && manifest.capabilities?.['db:own'] === undefined) {
    fault('/migrations', 'migrations need the capability db:own: ask for it')
  }
  return [
    ...faults,
    ...trustedFaults(manifest),
    ...capabilityFaults(manifest),
    ...contributionFaults(manifest),
    ...hostPageFaults(manifest),
    ...lineageFaults(manifest),
    ...planFaults(manifest),
    ...repeatedIds(manifest),
  ]
}

const isPackagePath = (path: string): boolean => new RegExp(packagePath.pattern).test(path)

/** What only a process of its own can have, and what it has no use for. */
function trustedFaults({ runtime, resources = [], provides }: Manifest): InputFault[] {
  const faults: InputFault[] = []
  const fault = (pointer: string, detail: string) => faults.push({ pointer, detail })
  const isTrusted = runtime.tier === 'trusted'
  if (isTrusted && (provides?.udfs ?? []).length > 0) {
    fault('/provides/udfs', 'functions are pure: provide them from a plugin of the tier sandbox')
  }
  if (!isTrusted && resources.length > 0) {
    fault('/resources', 'only a plugin of the tier trusted has resources')
  }
  const ids = resources.map(({ id }) => id)
  for (const [index, { id, command, health }] of resources.entries()) {
    if (ids.indexOf(id) !== index) fault(`/resources/${index}/id`, `"${id}" is named twice`)
    for (const [key, [file = '']] of Object.entries({ command, health })) {
      if (isPackagePath(file)) continue
      fault(`/resources/${index}/${key}/0`, 'must be the path of a file in the package')
    }
  }
  return faults
}

function jobFaults({ provides }: Manifest): InputFault[] {
  return (provides?.jobs ?? []).flatMap(({ cron, tz, missed }, index) => {
    const faults: InputFault[] = []
    const fault = (key: string, detail: string) =>
      faults.push({ pointer: `/provides/jobs/${index}/${key}`, detail })
    const wrong = cron === undefined ? undefined : cronFault(cron)
    if (wrong !== undefined) fault('cron', wrong)
    if (cron === undefined && tz !== undefined) fault('tz', 'needs a cron: remove it, or add one')
    if (cron === undefined && missed !== undefined) {
      fault('missed', 'needs a cron: remove it, or add one')
    }
    if (tz !== undefined && !isTimeZone(tz)) {
      fault('tz', `"${tz}" is no time zone of IANA, such as Asia/Shanghai`)
    }
    return faults
  })
}

function repeatedIds({ provides }: Manifest): InputFault[] {
  const keys = {
    services: 'id',
    udfs: 'id',
    events: 'type',
    jobs: 'id',
    permissions: 'id',
  } as const
  return Object.entries(keys).flatMap(([kind, key]) => {
    const entries = (provides?.[kind as keyof typeof keys] ?? []) as readonly Record<
      string,
      unknown
    >[]
    const ids = entries.map((entry) => entry[key])
    const cure =
      kind === 'services' ? ': name another major "id@major", such as orders.demand@2' : ''
    return ids.flatMap((id, index) =>
      ids.indexOf(id) === index
        ? []
        : [
            {
              pointer: `/provides/${kind}/${index}/${key}`,
              detail: `"${id}" is named twice${cure}`,
            },
          ],
    )
  })
}
