import { createHash } from 'node:crypto'
import type { Plugin } from 'vite'
import { sharedImports } from './shared-modules.ts'

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
        const map = JSON.stringify({
          imports: sharedImports(entries, BASE),
          integrity: Object.fromEntries(integrity),
        })
        const digests = new Map(integrity)
        for (const file of Object.values(bundle)) {
          if (file.type !== 'asset' || !file.fileName.endsWith('.html')) continue
          file.source = entryOf(String(file.source), map, digests)
        }
      },
    },
  }
}

function entryOf(html: string, map: string, digests: ReadonlyMap<string, string>): string {
  return (
    html
      // Quoted it is JSON for whoever checks the source; the host puts an object there.
      .replace('"__PAGE__"', '__PAGE__')
      .replaceAll(/(src|href)="\.\//g, `$1="${BASE}/`)
      .replaceAll(/<script type="module"[^>]*src="([^"]+)"/g, (tag, src: string) => {
        const digest = digests.get(src)
        return `${tag.replace('<script', `<script nonce="${NONCE}"`)}${digest === undefined ? '' : ` integrity="${digest}"`}`
      })
      .replace('<head>', `<head>\n    <script type="importmap" nonce="${NONCE}">${map}</script>`)
  )
}

function digestOf(code: string): string {
  return `sha384-${createHash('sha384').update(code).digest('base64')}`
}
