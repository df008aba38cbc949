import type { PackageInspection } from '@signalbox/sandbox'
import type { Manifest } from '@signalbox/sdk/manifest'
import { permissionDiff } from '@signalbox/sdk/permission-diff'
import type { Knex } from 'knex'
import { coreErrors } from '../errors.ts'
import type { Page } from '../identity/identity-store.ts'
import { listBoundTenants, listGrants } from '../registry/binding-store.ts'
import {
  isConsented,
  type RequestedCapability,
  requestedCapabilities,
} from '../registry/consent.ts'
import type { InspectPackage, PackageSource } from '../registry/package-source.ts'
import {
  findInstallation,
  hasPlugin,
  listInstalled,
  listPlugins,
  stableVersion,
} from '../registry/registry-store.ts'
import { refusalOf } from '../registry/resolve.ts'
import { termsOf } from '../registry/terms.ts'
import { hasConsent } from '../registry/terms-store.ts'
import { sharingStates } from '../rollout/rollout-states.ts'
import { listOutcomes } from '../rollout/rollout-store.ts'
import { readStandstill } from '../rollout/standstill/freeze-store.ts'
import { standstillSentence } from '../rollout/standstill/freezes.ts'
import {
  chooseUpdate,
  effectiveAge,
  isWorthALook,
  type JudgedRelease,
  judgeReleases,
  type LookedInto,
  lookedReasons,
  type Release,
  type Tried,
  type UpdateFacts,
  type UpdateMode,
} from './update-decision.ts'
import { findSetting, listAttempts } from './update-store.ts'

export interface ToldReleases {
  /** What the dist-tag of that name leads to. */
  readonly latest: string | undefined
  readonly all: readonly {
    readonly version: string
    readonly publishedAt: Date
    readonly state: Release['state']
    readonly reason: string | null
    /** Since when its author's key counts for nothing. */
    readonly keyRevokedAt?: Date | null
    /** Why it is not taken from the marketplace that it comes from. */
    readonly absent?: Release['absent']
  }[]
}

/** What the marketplace says of the releases of a package. */
export interface ReleaseSource {
  releases(name: string): Promise<ToldReleases>
  minimumReleaseAgeHours(): Promise<number>
}

interface Ports {
  readonly knex: Knex
  readonly source: Pick<PackageSource, 'manifest' | 'fetch'>
  readonly releases: ReleaseSource
  readonly inspect: InspectPackage
  readonly hostVersion: string
  readonly hostAgeHours: number
  readonly now: () => number
}

/** What would be done with a plugin now, and why not more. */
export interface Outlook {
  readonly plugin: string
  readonly mode: UpdateMode
  readonly stable: string
  readonly minimumAgeHours: {
    readonly marketplace: number
    readonly host: number
    readonly plugin: number
    /** The larger. */
    readonly effective: number
  }
  /** Null: nothing, or a person decides. */
  readonly next: string | null
  readonly versions: readonly JudgedRelease[]
  readonly now: number
}

/** Newer versions that are unpacked and compared for one look: a package may have two thousand. */
const MOST_LOOKED_INTO = 5
/** Tenants that are asked by one look; beyond them it is not known that all have consented. */
const MOST_TENANTS = 10_000
const TENANTS_A_PAGE = 200
/** Hashes of terms that are remembered: a version's never change, and to find one it is unpacked. */
const MOST_HASHES = 500

/** Reads all that `update-decision.ts` decides by. Changes nothing. */
export class OutlookReader {
  readonly #ports: Ports
  readonly #termsHashes = new Map<string, string | null>()

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** All that are installed, whether or not the host updates them, by name. */
  plugins(page: Page): Promise<readonly { name: string; stableVersion: string | null }[]> {
    return listPlugins(this.#ports.knex, page)
  }

  /** @throws CORE_PLUGIN_MISSING where no version is in service */
  async read(plugin: string): Promise<Outlook> {
    const { knex, releases, hostAgeHours } = this.#ports
    const stable = (await hasPlugin(knex, plugin)) ? await stableVersion(knex, plugin) : null
    if (stable === null) throw coreErrors.create('PLUGIN_MISSING', { plugin })
    const setting = await findSetting(knex, plugin)
    const ages = {
      marketplace: await releases.minimumReleaseAgeHours(),
      host: hostAgeHours,
      plugin: setting?.minimumAgeHours ?? 0,
    }
    const minimumAgeHours = { ...ages, effective: effectiveAge(ages) }
    const mode = setting?.mode ?? 'manual'
    const facts = await this.#facts(plugin, mode, stable, minimumAgeHours.effective)
    const { next, versions } = chooseUpdate(await this.#lookInto(facts, judgeReleases(facts)))
    // What is not automatic is judged all the same: its operator sees what a minor update would wait for.
    const chosen = mode === 'manual' ? null : (next ?? null)
    return { plugin, mode, stable, minimumAgeHours, next: chosen, versions, now: facts.now }
  }

  async #facts(
    plugin: string,
    mode: UpdateMode,
    stable: string,
    ageHours: number,
  ): Promise<UpdateFacts> {
    const { knex, releases, now: clock } = this.#ports
    const now = clock()
    const outcomes = await listOutcomes(knex, plugin)
    const tried = (await listAttempts(knex, plugin)).map(
      ({ version, state, reason, rollout, changedAt }): [string, Tried] => [
        version,
        { state, reason: reason?.detail ?? rollout ?? '', changedAt: changedAt.getTime() },
      ],
    )
    const back = outcomes.filter(({ state }) => state === 'aborted' || state === 'rolled_back')
    const { latest, all: published } = await releases.releases(plugin)
    return {
      ...{ plugin, stable, now },
      mode: mode === 'manual' ? 'minor' : mode,
      latest,
      minimumAgeMs: ageHours * 3_600_000,
      releases: published.map(({ version, publishedAt, state, reason, keyRevokedAt, absent }) => ({
        ...{ version, state, stateReason: reason ?? '' },
        ...(absent === undefined ? {} : { absent }),
        ...(keyRevokedAt ? { keyRevokedAt: keyRevokedAt.getTime() } : {}),
        publishedAt: publishedAt.getTime(),
      })),
      attempts: new Map(tried),
      takenBack: new Map(back.map(({ to, id }) => [to, id])),
      running: outcomes.find(({ state }) => sharingStates.includes(state))?.id,
      standstill: standstillSentence(await readStandstill(knex), plugin, now),
    }
  }

  async #lookInto(
    facts: UpdateFacts,
    judged: readonly JudgedRelease[],
  ): Promise<readonly JudgedRelease[]> {
    const worth = judged.filter(isWorthALook).slice(0, MOST_LOOKED_INTO)
    const added = new Map<string, JudgedRelease>()
    for (const release of worth) {
      const looked = await this.#look(facts, release.version)
      const more = lookedReasons(facts, release.version, looked)
      added.set(release.version, { ...release, reasons: [...release.reasons, ...more] })
    }
    // One that was not looked into is never rolled out: a later look comes to it.
    return judged.flatMap((release) => {
      const known = added.get(release.version)
      if (known !== undefined) return [known]
      return isWorthALook(release) && release.reasons.length === 0 ? [] : [release]
    })
  }

  async #look({ plugin, stable }: UpdateFacts, version: string): Promise<LookedInto> {
    const { knex, source, hostVersion } = this.#ports
    const installed = await findInstallation(knex, plugin, version)
    const manifest = installed?.manifest ?? (await source.manifest(plugin, version))
    if (manifest === undefined) throw coreErrors.create('PACKAGE_MISSING', { plugin, version })
    const before = (await findInstallation(knex, plugin, stable))?.manifest
    // The operator's list is asked where it is installed: here nobody knows whose the package is.
    const candidate = { plugin, version, manifest, isTrusted: true }
    const refusal = refusalOf(candidate, hostVersion, await listInstalled(knex))
    return {
      wider: await this.#wider(plugin, before, manifest),
      areTermsOpen: await this.#areTermsOpen(plugin, version, manifest),
      refusal:
        refusal === undefined
          ? undefined
          : { en: refusal.message, 'zh-CN': refusal.localizedMessage('zh-CN') },
    }
  }

  /** Names of what is wider, as far as not every tenant that has the plugin on has granted it in advance. */
  async #wider(
    plugin: string,
    before: Manifest | undefined,
    after: Manifest,
  ): Promise<readonly string[]> {
    const wider = permissionDiff(before, after).changes.filter(({ change }) => change === 'wider')
    if (wider.length === 0) return []
    const names = [...new Set(wider.map(({ name }) => name))]
    if (wider.some(({ kind }) => kind !== 'capability')) return names
    const wishes = requestedCapabilities(after).filter(({ name }) => names.includes(name))
    return (await this.#isConsentedByAll(plugin, wishes)) ? [] : names
  }

  /** Nobody who has it on: nobody who has consented. */
  async #isConsentedByAll(
    plugin: string,
    wishes: readonly RequestedCapability[],
  ): Promise<boolean> {
    let asked = 0
    for (let cursor: string | undefined; asked <= MOST_TENANTS; ) {
      const page = { limit: TENANTS_A_PAGE, cursor }
      const tenants = await listBoundTenants(this.#ports.knex, plugin, page)
      const on = tenants.filter(({ binding }) => binding !== 'disabled')
      for (const { tenant } of on) {
        const grants = await listGrants(this.#ports.knex, tenant, plugin)
        if (wishes.some((wish) => !isConsented(grants, wish))) return false
      }
      asked += on.length
      if (tenants.length < TENANTS_A_PAGE) return asked > 0
      cursor = tenants.at(-1)?.tenant
    }
    return false
  }

  async #areTermsOpen(plugin: string, version: string, manifest: Manifest): Promise<boolean> {
    if (manifest.terms === undefined) return false
    const hash = await this.#termsHash(plugin, version)
    return hash !== null && !(await hasConsent(this.#ports.knex, plugin, hash))
  }

  async #termsHash(plugin: string, version: string): Promise<string | null> {
    const key = `${plugin}@${version}`
    const known = this.#termsHashes.get(key)
    if (known !== undefined) return known
    const { source, inspect } = this.#ports
    const fetched = await source.fetch(plugin, version)
    if (fetched === undefined) throw coreErrors.create('PACKAGE_MISSING', { plugin, version })
    const inspected: PackageInspection = await inspect(fetched.tarball, { name: plugin, version })
    const { hash } = termsOf(inspected)
    if (this.#termsHashes.size >= MOST_HASHES) this.#termsHashes.clear()
    this.#termsHashes.set(key, hash)
    return hash
  }
}
