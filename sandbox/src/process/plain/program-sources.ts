import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { workspaceFolder } from '../guest-process-flags.ts'

/**
 * An import of a value, as the formatter writes them (`import type` is gone when a program runs), and the URL of a
 * source, by which a program starts its threads.
 */
const imports =
  /(^(?:(?:import|export)\b(?!\s+type\b)[^'";]*?\bfrom\s+|import\s+)|\bnew URL\((?='\.[^']*\.ts'))'([^']+)'/gm

/** The texts of a program and of all it imports of our sources, by real path. */
export function programSources(main: string): ReadonlyMap<string, string> {
  const sources = new Map<string, string>()
  const add = (path: string) => {
    if (sources.has(path)) return
    const text = readFileSync(path, 'utf8')
    sources.set(path, text)
    for (const [, , specifier] of text.matchAll(imports)) {
      const source = sourceAt(specifier as string, path)
      if (source !== undefined) add(source)
    }
  }
  add(main)
  return sources
}

/** The same text, importing what stands in the folder. */
export function importingFrom(folder: string, path: string, text: string): string {
  const place = placeIn(folder, path)
  return text.replace(imports, (whole, before: string, specifier: string) => {
    const source = sourceAt(specifier, path)
    if (source === undefined) return whole
    return `${before}'./${relative(dirname(place), placeIn(folder, source))}'`
  })
}

/** The packages that a source imports, by the words it uses. */
export function packageImports(path: string, text: string): readonly string[] {
  return [...text.matchAll(imports)]
    .map(([, , specifier]) => specifier as string)
    .filter((specifier) => !specifier.startsWith('node:') && !sourceAt(specifier, path))
}

/** Where a source stands in the folder, as plain JavaScript. Other workspaces stand beside this one. */
export function placeIn(folder: string, path: string): string {
  const below = relative(dirname(workspaceFolder), path)
  return join(folder, below.replace(/\.ts$/, '.mjs'))
}

/** @returns undefined for what is no source of ours: a package, or a part of Node. */
function sourceAt(specifier: string, from: string): string | undefined {
  if (specifier.startsWith('node:')) return undefined
  const path = createRequire(from).resolve(specifier)
  return path.endsWith('.ts') ? path : undefined
}
