import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A demo is data: the kernel names no plugin, it only follows the file. */
export interface Demo {
  /** Of the file. */
  readonly folder: string
  /** Folder of the plugin whose service is called, relative to the file. */
  readonly plugin: string
  /** Folders of those that are enabled beside it; what a package builds before it is packed, npm builds. */
  readonly beside?: readonly string[]
  /** Packages that may run in a process of their own for as long as this host runs, as SIGNALBOX_TRUSTED says it. */
  readonly trusts?: readonly string[]
  /** Types of events that the app may send, such as `stock.*`. */
  readonly sends?: readonly string[]
  readonly tenant: { readonly id: string; readonly name: string }
  readonly units: readonly {
    readonly id: string
    readonly name: string
    readonly parent?: string | null
  }[]
  /** Who signs in with a browser. */
  readonly people?: readonly DemoPerson[]
  readonly app: { readonly id: string; readonly name: string; readonly unit?: string }
  readonly service: string
  readonly major: number
  readonly operation: string
  readonly input: unknown
  /** More services that the app has a key of, such as `quality.inspection@1`: in the file `demo-key.quality.inspection`. */
  readonly subscribes?: readonly string[]
  /** What a first rollout is made with: published, and not installed. */
  readonly practice?: {
    /** A folder, relative to the file. */
    readonly plugin: string
    /** Oldest first; `entry` is the bundle that a version runs. */
    readonly releases: readonly { readonly version: string; readonly entry: string }[]
  }
}

export interface DemoPerson {
  readonly login: string
  readonly displayName: string
  readonly email?: string
  readonly locale?: string
  /** Beside the one that lets everybody of the demo call what its plugins offer. */
  readonly roles?: readonly string[]
}

export async function readDemo(file: string): Promise<Demo> {
  const said = JSON.parse(await readFile(file, 'utf8')) as Omit<Demo, 'folder'>
  return { ...said, folder: dirname(file) }
}
