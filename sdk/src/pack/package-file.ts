import { readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { InputFault } from '../errors/coded-error.ts'
import { positionOf } from './json-position.ts'

/** A JSON file of the package: its value, and the text in which places can be found. */
export interface JsonFile {
  readonly path: string
  readonly text: string
  readonly value: unknown
}

export type JsonFileResult =
  | { readonly ok: true; readonly file: JsonFile }
  | { readonly ok: false; readonly fault: string }

/** Far above any contract met so far (the largest has 40 KiB), far below what would slow a publish. */
const MAX_JSON_BYTES = 1024 * 1024

export async function readJsonFile(folder: string, path: string): Promise<JsonFileResult> {
  const missing = await fileFault(folder, path)
  if (missing !== undefined) return { ok: false, fault: missing }
  const text = await readFile(join(folder, path), 'utf8')
  if (Buffer.byteLength(text) > MAX_JSON_BYTES) {
    return { ok: false, fault: `is larger than ${MAX_JSON_BYTES} bytes: make it smaller` }
  }
  try {
    return { ok: true, file: { path, text, value: JSON.parse(text) as unknown } }
  } catch (error) {
    return { ok: false, fault: `is not JSON: ${error instanceof Error ? error.message : error}` }
  }
}

/** @returns why `path` is not a file of the package, or undefined when it is one. */
export async function fileFault(
  folder: string,
  path: string,
  kind: 'file' | 'folder' = 'file',
): Promise<string | undefined> {
  try {
    const [root, target] = await Promise.all([realpath(folder), realpath(join(folder, path))])
    // npm does not publish what a link points to, and a host refuses links: better told here.
    if (target !== join(root, path)) return 'is a link: put the file itself there'
    if (!target.startsWith(root + sep)) return 'is outside of the package'
    const found = await stat(target)
    const fits = kind === 'file' ? found.isFile() : found.isDirectory()
    return fits ? undefined : `is not a ${kind}`
  } catch (error) {
    if (!isMissing(error)) throw error
    return `is not there: create the ${kind} or correct the path`
  }
}

/** Gives each fault its `file:line:column`. `base` is where in the file the faults' pointers begin. */
export function placed(file: JsonFile, base: string, faults: readonly InputFault[]): InputFault[] {
  return faults.map(({ pointer, detail }) => {
    const { line, column } = positionOf(file.text, base + pointer)
    return { at: `${file.path}:${line}:${column}`, pointer: base + pointer, detail }
  })
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(ENOENT|ENOTDIR)$/.test(String(error.code))
}
