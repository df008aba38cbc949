import { isAbsolute, resolve } from 'node:path'
import { type AllowedPlace, parsePlaces } from './broker/http/operator-list.ts'
import { coreErrors } from './errors.ts'
import { parseTrustedProxies, type TrustedProxies } from './gateway/client-address.ts'

import { type TrialPolicy, trialPolicies } from './registry/trials/trial-policy.ts'
import { readTraceSettings, type TraceSettings } from './tracing/trace-settings.ts'
import { parseTrusted, type TrustedEntry } from './trusted/allow-list.ts'
import { parseResourceUrls } from './trusted/resources/resource-urls.ts'

/** What the environment says; the only place that reads it. */
export interface Settings {
  readonly port: number
  readonly host: string
  /** PostgreSQL of the host's state; null: an embedded server in the data folder. */
  readonly databaseUrl: string | null
  readonly pluginDatabaseUrl: string | null
  readonly dataFolder: string
  readonly adminToken: string | null
  readonly publicUrl: string | null
  /** Proxies whose X-Forwarded-* headers are believed; null: none. */
  readonly trustedProxies: TrustedProxies | null
  /** Keys of the host that wrap tenants' keys; null: one of its own in the data folder. */
  readonly keyFile: string | null
  /** What plugins may be granted to reach beside the public network, also without TLS. */
  readonly fetchAllow: readonly AllowedPlace[]
  /** Where tenants may have events sent beside the public network, also without TLS. */
  readonly webhookAllow: readonly AllowedPlace[]
  readonly logLevel: string
  /** Packages that may run in a process of their own; none, when absent. */
  readonly trusted: readonly TrustedEntry[]
  /** Resources of trusted plugins that run elsewhere: URLs by `plugin/resource`. */
  readonly resourceUrls: ReadonlyMap<string, string>
  /** How long calls may go on in a version that was taken out of service. */
  readonly drainMs: number
  /** What becomes of what a publish's trials find. */
  readonly publishTrials: TrialPolicy
  /** Before that no plugin is updated by itself; the marketplace's own and the plugin's hold beside it. */
  readonly minimumReleaseAgeHours: number
  /** Where traces go; null: nowhere, and none are recorded. */
  readonly traces: TraceSettings | null
}

type Environment = Readonly<Record<string, string | undefined>>

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']

/** @throws CORE_SETTING_INVALID naming the variable. */
export function readSettings(environment: Environment, workingFolder: string): Settings {
  const text = (name: string): string | null => environment[name]?.trim() || null
  const home = text('SIGNALBOX_HOME') ?? '.signalbox'
  return Object.freeze({
    port: port(text('PORT')),
    host: text('HOST') ?? '127.0.0.1',
    databaseUrl: postgresUrl('DATABASE_URL', text('DATABASE_URL')),
    pluginDatabaseUrl: postgresUrl('PLUGIN_DATABASE_URL', text('PLUGIN_DATABASE_URL')),
    dataFolder: isAbsolute(home) ? home : resolve(workingFolder, home),
    adminToken: adminToken(text('SIGNALBOX_ADMIN_TOKEN')),
    publicUrl: httpUrl('SIGNALBOX_PUBLIC_URL', text('SIGNALBOX_PUBLIC_URL')),
    trustedProxies: trustedProxies(text('SIGNALBOX_TRUSTED_PROXIES')),
    keyFile: inFolder(workingFolder, text('SIGNALBOX_KEY_FILE')),
    fetchAllow: allowedPlaces('SIGNALBOX_FETCH_ALLOW', text('SIGNALBOX_FETCH_ALLOW')),
    webhookAllow: allowedPlaces('SIGNALBOX_WEBHOOK_ALLOW', text('SIGNALBOX_WEBHOOK_ALLOW')),
    logLevel: oneOf('LOG_LEVEL', text('LOG_LEVEL') ?? 'info', logLevels),
    trusted: parseTrusted(text('SIGNALBOX_TRUSTED')),
    resourceUrls: parseResourceUrls(text('SIGNALBOX_RESOURCE_URLS')),
    drainMs: drainS(text('SIGNALBOX_DRAIN_S')) * 1000,
    publishTrials: oneOf(
      'SIGNALBOX_PUBLISH_TRIALS',
      text('SIGNALBOX_PUBLISH_TRIALS') ?? 'enforce',
      trialPolicies,
    ),
    minimumReleaseAgeHours: releaseAge(text('SIGNALBOX_MINIMUM_RELEASE_AGE_HOURS')),
    traces: readTraceSettings(text),
  })
}

function port(value: string | null): number {
  if (value === null) return 4400
  const number = Number(value)
  if (!/^\d+$/.test(value) || number > 65535) {
    throw coreErrors.create('SETTING_INVALID', {
      name: 'PORT',
      reason: `${value} is no port number from 0 to 65535`,
    })
  }
  return number
}

/** As long as most calls may take at all (Argo Rollouts waits as long): what is cut is a stream, a long job, a hang. */
const DRAIN_S = 30
/** As long as an answer of bytes may last: nothing is worth a longer wait. */
const MOST_DRAIN_S = 900

function drainS(value: string | null): number {
  if (value === null) return DRAIN_S
  const seconds = Number(value)
  if (/^\d+$/.test(value) && seconds >= 1 && seconds <= MOST_DRAIN_S) return seconds
  throw coreErrors.create('SETTING_INVALID', {
    name: 'SIGNALBOX_DRAIN_S',
    reason: `${value} is no number of seconds from 1 to ${MOST_DRAIN_S}`,
  })
}

/** As the marketplace's own: most of what a stolen token publishes is found out within a day. */
const RELEASE_AGE_HOURS = 24
const MOST_RELEASE_AGE_HOURS = 8760

function releaseAge(value: string | null): number {
  if (value === null) return RELEASE_AGE_HOURS
  const hours = Number(value)
  if (/^\d+$/.test(value) && hours <= MOST_RELEASE_AGE_HOURS) return hours
  throw coreErrors.create('SETTING_INVALID', {
    name: 'SIGNALBOX_MINIMUM_RELEASE_AGE_HOURS',
    reason: `${value} is no number of hours up to ${MOST_RELEASE_AGE_HOURS}`,
  })
}

/** Short tokens can be guessed; sixteen characters is the least a careful operator would choose. */
const MIN_ADMIN_TOKEN = 16

function adminToken(value: string | null): string | null {
  if (value === null || value.length >= MIN_ADMIN_TOKEN) return value
  throw coreErrors.create('SETTING_INVALID', {
    name: 'SIGNALBOX_ADMIN_TOKEN',
    reason: `it has fewer than ${MIN_ADMIN_TOKEN} characters`,
  })
}

function postgresUrl(name: string, value: string | null): string | null {
  if (value === null) return null
  const protocol = URL.canParse(value) ? new URL(value).protocol : ''
  if (protocol === 'postgres:' || protocol === 'postgresql:') return value
  // The value may hold a password: it is never printed.
  throw coreErrors.create('SETTING_INVALID', { name, reason: 'it is no postgres:// URL' })
}

function httpUrl(name: string, value: string | null): string | null {
  if (value === null) return null
  const protocol = URL.canParse(value) ? new URL(value).protocol : ''
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw coreErrors.create('SETTING_INVALID', { name, reason: 'it is no http:// or https:// URL' })
  }
  return value.replace(/\/+$/, '')
}

function trustedProxies(value: string | null): TrustedProxies | null {
  if (value === null) return null
  const read = parseTrustedProxies(value)
  if ('trusts' in read) return read.trusts
  const reason = `${read.wrong} is no address or range such as 10.0.0.0/8`
  throw coreErrors.create('SETTING_INVALID', { name: 'SIGNALBOX_TRUSTED_PROXIES', reason })
}

function inFolder(folder: string, file: string | null): string | null {
  return file === null ? null : resolve(folder, file)
}

function allowedPlaces(name: string, value: string | null): readonly AllowedPlace[] {
  const read = parsePlaces(value ?? '')
  if ('places' in read) return read.places
  // A user in a URL may come with a password.
  const shown = read.wrong.includes('@') ? 'an entry with a user' : read.wrong
  const reason = `${shown} is no origin, host or range such as 10.0.0.0/8`
  throw coreErrors.create('SETTING_INVALID', { name, reason })
}

function oneOf<const Word extends string>(
  name: string,
  value: string,
  allowed: readonly Word[],
): Word {
  const found = allowed.find((one) => one === value)
  if (found !== undefined) return found
  throw coreErrors.create('SETTING_INVALID', {
    name,
    reason: `it must be one of ${allowed.join(', ')}`,
  })
}
