import { join } from 'node:path'

/** What pages of trusted plugins import by name, and the entry that gives it to them. */
const SHARED = {
  react: 'react',
  'react-dom': 'react-dom',
  'react-dom/client': 'react-dom-client',
  'react/jsx-runtime': 'react-jsx-runtime',
  '@signalbox/console-ui': 'console-ui',
} as const

const PREFIX = 'shared-'

/** Entries of the build beside the page itself. @param folder of the sources */
export function sharedEntries(folder: string): Record<string, string> {
  return Object.fromEntries(
    Object.values(SHARED).map((name) => [`${PREFIX}${name}`, join(folder, `shared/${name}.ts`)]),
  )
}

/** Whether an entry is one of these, and not the page itself. */
export function isShared(name: string): boolean {
  return name.startsWith(PREFIX)
}

/** @param chunks of the build: name and file of each entry. @throws Error where one of the modules was not built */
export function sharedImports(
  chunks: readonly { readonly name: string; readonly fileName: string }[],
  base: string,
): Record<string, string> {
  const imports: Record<string, string> = {}
  for (const [specifier, name] of Object.entries(SHARED)) {
    const chunk = chunks.find((one) => one.name === `${PREFIX}${name}`)
    if (chunk === undefined) throw new Error(`the build has no module for ${specifier}`)
    imports[specifier] = `${base}/${chunk.fileName}`
  }
  return imports
}
