import { SourceMap, type SourceMapPayload } from 'node:module'

/** A lane runs a bundle under this name. */
const PLACE = /\bplugin\.js:(\d+):(\d+)/g

/** Builds whose calls may still be under way. */
const MAX_KEPT = 8

/** Turns places of bundles into places of the sources they were made of, by version. */
export class SourcePlaces {
  readonly #maps = new Map<string, SourceMap>()

  add(version: string, json: string): void {
    this.#maps.set(version, new SourceMap(JSON.parse(json) as SourceMapPayload))
    const [oldest] = this.#maps.keys()
    if (this.#maps.size > MAX_KEPT && oldest !== undefined) this.#maps.delete(oldest)
  }

  /** The text with `plugin.js:12:3` as `src/index.ts:4:1`, wherever the map knows it. */
  resolve(version: string, text: string): string {
    const map = this.#maps.get(version)
    if (map === undefined) return text
    return text.replace(PLACE, (place, line: string, column: string) => {
      const found = map.findEntry(Number(line) - 1, Number(column) - 1)
      if (!('originalSource' in found) || found.originalSource.startsWith('signalbox-'))
        return place
      const source = found.originalSource.replace(/^(\.\.\/)+/, '')
      return `${source}:${found.originalLine + 1}:${found.originalColumn + 1}`
    })
  }
}
