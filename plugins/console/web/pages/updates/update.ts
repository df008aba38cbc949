import type { Tone } from '../../parts/status-tag.tsx'
import type { LocalText } from '../../texts/languages.ts'

/** Which newer versions are rolled out by themselves: none, `~` of the version in service, `^` of it. */
export const UPDATE_MODES = ['manual', 'patch', 'minor'] as const
export type UpdateMode = (typeof UPDATE_MODES)[number]

interface Reason {
  readonly code: string
  readonly message: LocalText
  readonly until?: string
}

export interface Candidate {
  readonly version: string
  readonly publishedAt: string
  readonly waitsFor: readonly Reason[]
}

/** A row of `GET /v1/updates`. */
export interface PluginInShort {
  readonly plugin: string
  readonly updates: UpdateMode
  readonly stable: string | null
  readonly next: string | null
  readonly candidate: Candidate | null
  readonly fault: { readonly code: string; readonly message: LocalText } | null
}

export type AttemptState = 'asked' | 'begun' | 'refused' | 'failed' | 'started'

export interface Attempt {
  readonly version: string
  readonly state: AttemptState
  readonly reason: { readonly code: string; readonly detail: string } | null
  readonly rollout: string | null
  readonly changedAt: string
}

/** What `GET /v1/plugins/{name}/updates` says. */
export interface PluginUpdates {
  readonly plugin: string
  readonly updates: UpdateMode
  readonly stable: string | null
  /** The larger holds: neither the marketplace nor the host is undercut. */
  readonly minimumAgeHours: {
    readonly marketplace: number
    readonly host: number
    readonly plugin: number
    readonly effective: number
  }
  readonly next: string | null
  readonly versions: readonly Candidate[]
  readonly attempts: readonly Attempt[]
}

export const ATTEMPT_TONES = {
  asked: 'warning',
  begun: 'neutral',
  refused: 'warning',
  failed: 'bad',
  started: 'good',
} as const satisfies Record<AttemptState, Tone>

export const UPDATES_PATH = '/v1/updates'

export function updatesPathOf(plugin: string): string {
  return `/v1/plugins/${encodeURIComponent(plugin)}/updates`
}
