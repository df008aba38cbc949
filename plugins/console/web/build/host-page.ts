import { createHash } from 'node:crypto'
import type { Plugin, Rollup } from 'vite'
import { isShared, sharedImports } from './shared-modules.ts'

/** What the host replaces in the entry: where the files of this version lie, and the nonce of the answer. */
const BASE = '__BASE__'
const NONCE = '__NONCE__'

/**
 * Makes the entry one that the host can serve at any path: addresses from `__BASE__`, `__NONCE__` on each script, and an
 * import map that holds every module to its digest, those that are loaded later too, and names those that pages of trusted
 * plugins share.
 */
export function hostPage(): Plugin {
  return {
    name: 'host-page',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const integrity = Object.values(bundle).flatMap((file) =>
          file.type === 'chunk' ? [[`${BASE}/${file.fileName}`, digestOf(file.code)] as const] : [],
        )
        const entries = Object.values(bundle).flatMap((file) =>
          file.type === 'chunk' && file.isEntry ? [file] : [],
        )
        const digests = new Map(integrity)
        const head = [
          importMap(sharedImports(entries, BASE), digests),
          ...preloads(bundle, digests),
        ].join('\n    ')
        for (const file of Object.values(bundle)) {
          if (file.type !== 'asset' || !file.fileName.endsWith('.html')) continue
          file.source = entryOf(String(file.source), head, digests)
        }
      },
    },
  }
}

function importMap(
  imports: Readonly<Record<string, string>>,
  digests: ReadonlyMap<string, string>,
): string {
  const map = JSON.stringify({ imports, integrity: Object.fromEntries(digests) })
  return `<script type="importmap" nonce="${NONCE}">${map}</script>`
}

/** What the entry needs before it can begin: else the browser hears of each only when it has read the one before. */
function preloads(
  bundle: Rollup.OutputBundle,
  digests: ReadonlyMap<string, string>,
): readonly string[] {
  const needed = new Set<string>()
  const collect = (name: string) => {
    const file = bundle[name]
    if (file?.type !== 'chunk' || needed.has(name)) return
    needed.add(name)
    for (const one of file.imports) collect(one)
  }
  for (const file of Object.values(bundle)) {
    if (file.type !== 'chunk' || !file.isEntry || isShared(file.name)) continue
    for (const one of file.imports) collect(one)
  }
  return [...needed].map((name) => {
    const address = `${BASE}/${name}`
    return `<link rel="modulepreload" href="${address}" integrity="${digests.get(address)}" />`
  })
}

function entryOf(html: string, head: string, digests: ReadonlyMap<string, string>): string {
  return (
    html
      // Quoted it is JSON for whoever checks the source; the host puts an object there.
      .replace('"__PAGE__"', '__PAGE__')
      .replaceAll(/(src|href)="\.\//g, `$1="${BASE}/`)
      .replaceAll(/<script type="module"[^>]*src="([^"]+)"/g, (tag, src: string) => {
        const digest = digests.get(src)
        return `${tag.replace('<script', `<script nonce="${NONCE}"`)}${digest === undefined ? '' : ` integrity="${digest}"`}`
      })
      .replace('<head>', `<head>\n    ${head}`)
  )
}

function digestOf(code: string): string {
  return `sha384-${createHash('sha384').update(code).digest('base64')}`
}
