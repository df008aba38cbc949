/** The files of a package in which no check finds anything; `changes` are merged into its manifest and package.json. */
export interface FileChanges {
  readonly manifest?: Readonly<Record<string, unknown>>
  readonly packageJson?: Readonly<Record<string, unknown>>
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  /** What `definePlugin` is given, as it is written. */
  readonly plugin?: string
  /** Before it, in the bundle. */
  readonly code?: string
}

export const why = {
  en: 'Keeps what it has counted, so that it need not count again',
  'zh-CN': '保存已统计的数据，避免重复统计',
}

export function pluginFiles(changes: FileChanges = {}): ReadonlyMap<string, Uint8Array> {
  const packageJson = {
    name: '@acme/gate',
    version: '1.2.0',
    description: 'Counts what comes through the gate',
    keywords: ['signalbox-plugin'],
    license: 'Apache-2.0',
    files: ['dist'],
    signalbox: {
      manifest: 1,
      host: '^1.0.0',
      displayName: { en: 'Gate counter', 'zh-CN': '闸口计数' },
      category: 'quality',
      runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
      ...changes.manifest,
    },
    ...changes.packageJson,
  }
  const files: Record<string, string | Uint8Array> = {
    'package.json': JSON.stringify(packageJson, null, 2),
    'dist/plugin.js': bundle(changes),
    'README.md': '# Gate\n\n## How to use it\n\nCall it.\n',
    'CHANGELOG.md': '# Changelog\n\n## 1.2.0\n\n- Counts.\n',
    ...changes.files,
  }
  const encoder = new TextEncoder()
  return new Map(
    Object.entries(files).map(([path, content]) => [
      path,
      typeof content === 'string' ? encoder.encode(content) : content,
    ]),
  )
}

/** As `signalbox pack` writes one. */
function bundle({ plugin = '{}', code = '' }: FileChanges): string {
  return `"use strict";
var __signalbox_plugin = (() => {
  // signalbox-sdk:plugin/define-plugin.ts
  function definePlugin(plugin) {
    return Object.freeze(plugin);
  }
  // src/index.ts
  ${code}
  var index_default = definePlugin(${plugin});
  return { default: index_default };
})();
`
}
