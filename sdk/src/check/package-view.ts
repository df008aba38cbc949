import type { Manifest } from '../manifest/manifest.ts'
import { validateManifest } from '../manifest/manifest.ts'
import { positionOf } from '../pack/json-position.ts'
import { type BundleReading, readBundle } from './bundle/bundle-reading.ts'

type Document = Readonly<Record<string, unknown>>

/** A package as rules see it: its files, and what they say. Each thing is read when it is first asked for. */
export interface PackageView {
  /** By path inside the package. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** package.json; empty where it is not an object. */
  readonly packageJson: Document
  /** Undefined where it is not valid: other rules have nothing to say then. */
  readonly manifest: Manifest | undefined
  /** @returns undefined for what is not there, or no text in UTF-8 */
  text(path: string): string | undefined
  /** The line of what an RFC 6901 pointer leads to in a JSON file of the package. */
  lineOf(path: string, pointer: string): number | undefined
  /** The entry of a plugin of the sandbox tier; undefined where there is none, or it is no JavaScript. */
  bundle(): BundleReading | undefined
}

export function viewPackage(files: ReadonlyMap<string, Uint8Array>): PackageView {
  const texts = new Map<string, string | undefined>()
  const text = (path: string) => {
    if (!texts.has(path)) texts.set(path, decoded(files.get(path)))
    return texts.get(path)
  }
  const packageJson = documentOf(text('package.json'))
  const checked = validateManifest(packageJson['signalbox'])
  const manifest = checked.ok ? checked.manifest : undefined
  let bundle: { readonly read: BundleReading | undefined } | undefined
  return {
    files,
    packageJson,
    manifest,
    text,
    lineOf: (path, pointer) => lineIn(text(path), pointer),
    bundle: () => {
      bundle ??= { read: bundleOf(manifest, text) }
      return bundle.read
    },
  }
}

/** The line of a pointer in a text of JSON; undefined where it is none. */
export function lineIn(json: string | undefined, pointer: string): number | undefined {
  if (json === undefined || jsonValue(json) === undefined) return undefined
  return positionOf(json, pointer).line
}

function bundleOf(
  manifest: Manifest | undefined,
  text: (path: string) => string | undefined,
): BundleReading | undefined {
  if (manifest?.runtime.tier !== 'sandbox' || manifest.runtime.entry === undefined) return undefined
  const source = text(manifest.runtime.entry)
  return source === undefined ? undefined : readBundle(source)
}

function decoded(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function documentOf(json: string | undefined): Document {
  const value = json === undefined ? undefined : jsonValue(json)
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Document)
    : {}
}

function jsonValue(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    return undefined
  }
}
