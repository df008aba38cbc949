import { pluginFiles, publishBody } from '../../marketplace/test/support/plugin-package.ts'
import { tarballOf } from '../../marketplace/test/support/tarball.ts'
import { SeededRandom } from './seeded-random.ts'

/** A registry under load, and who may publish to it. */
export interface Registry {
  /** With a trailing slash. */
  readonly registry: string
  readonly token: string
}

export interface BenchPackage {
  readonly name: string
  readonly version: string
  readonly tarball: Buffer
}

/** A plugin with some pages of code and text, so that its tarball has a usual size: about 8 KB. */
export function smallPackage(name: string, version: string): BenchPackage {
  const random = new SeededRandom(`${name}@${version}`)
  const words = (count: number) =>
    Array.from({ length: count }, () => random.below(36 ** 5).toString(36)).join(' ')
  const functions = Array.from(
    { length: 60 },
    (_, index) => `function step${index}(value) {\n  return value + ${random.below(1e9)}\n}`,
  )
  const files = {
    ...pluginFiles({ name, version }),
    'dist/plugin.js': bundleOf(functions.join('\n')),
    'README.md': `# Gate counter\n\n## How to use it\n\n${words(600)}\n`,
    'CHANGELOG.md': `# Changelog\n\n## ${version}\n\n- ${words(40)}\n`,
    LICENSE: `Apache License, Version 2.0\n${words(200)}\n`,
  }
  return { name, version, tarball: tarballOf(files) }
}

/** As esbuild writes it for a lane. */
function bundleOf(code: string): string {
  return `"use strict";
var __signalbox_plugin = (() => {
${code}
return { default: { services: {} } };
})();
`
}

/** Bytes that nothing compresses, as pictures are. A file may have 2 MiB. */
export function largePackage(name: string, version: string, megabytes: number): BenchPackage {
  const random = new SeededRandom(`${name}@${version}`)
  const block = () => {
    const bytes = Buffer.alloc(1024 * 1024)
    for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE(random.below(2 ** 32), at)
    return bytes
  }
  const pictures = Array.from({ length: megabytes }, (_, index) => [
    `pictures/${index}.dat`,
    block(),
  ])
  const code = { 'dist/plugin.js': bundleOf('') }
  const files = { ...pluginFiles({ name, version }), ...code, ...Object.fromEntries(pictures) }
  return { name, version, tarball: tarballOf(files) }
}

/** What `npm publish` sends, without npm, whose own start takes longer than the rest. @returns milliseconds */
export async function publishTo(
  { registry, token }: Registry,
  { name, version, tarball }: BenchPackage,
): Promise<number> {
  const body = JSON.stringify(publishBody({ name, version }, tarball))
  const before = performance.now()
  const answer = await fetch(`${registry}${name.replace('/', '%2f')}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body,
  })
  const said = await answer.text()
  if (answer.status !== 201) throw new Error(`${name}@${version}: ${answer.status} ${said}`)
  return performance.now() - before
}
