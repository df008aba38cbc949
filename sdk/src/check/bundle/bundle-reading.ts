import { ContextFlow } from './context-flow.ts'
import { contextParameters, type ExportedHandlers, exportedHandlers } from './exported-handlers.ts'
import { type HostUse, hostUses } from './host-uses.ts'
import { resolveNames } from './scopes.ts'
import { lineFinder, nodesOf, parseScript } from './syntax-tree.ts'

/** What a bundle says, read and not run. */
export type BundleReading =
  | {
      readonly ok: true
      readonly uses: readonly HostUse[]
      /** Undefined where the plugin's table is not written out. */
      readonly handlers: ExportedHandlers | undefined
      /** The line of a place in the text. */
      lineAt(offset: number): number
      /** The source a line came from, by the comments that esbuild leaves; undefined where there is none. */
      sourceOf(line: number): string | undefined
    }
  | { readonly ok: false; readonly line: number; readonly reason: string }

export function readBundle(code: string): BundleReading {
  const parsed = parseScript(code)
  if (!parsed.ok) return parsed
  const names = resolveNames(parsed.program)
  const nodes = nodesOf(parsed.program)
  const handlers = exportedHandlers(nodes, names)
  const contexts = handlers === undefined ? [] : contextParameters(handlers)
  const flow = new ContextFlow(nodes, names, contexts)
  const sources = sourceLines(code)
  return {
    ok: true,
    uses: hostUses(nodes, names, flow),
    handlers,
    lineAt: lineFinder(code),
    sourceOf: (line) => sources.findLast((source) => source.line <= line)?.path,
  }
}

function sourceLines(code: string): readonly { readonly line: number; readonly path: string }[] {
  return code.split('\n').flatMap((text, index) => {
    const path = /^ {2}\/\/ (\S+\.\w+)$/.exec(text)?.[1]
    return path === undefined ? [] : [{ line: index + 1, path }]
  })
}
