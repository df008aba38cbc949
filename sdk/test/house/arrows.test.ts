import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  cruise,
  type ICruiseOptions,
  type ICruiseResult,
  type IForbiddenRuleType,
} from 'dependency-cruiser'
import t from 'tap'

const settings = new URL('../../../.dependency-cruiser.mjs', import.meta.url).href
const { default: arrows } = (await import(settings)) as {
  default: { forbidden: (IForbiddenRuleType & { name: string })[]; options: ICruiseOptions }
}

/** For each rule a file that breaks it, and what it imports. Files that are only imported are empty. */
const violations: Readonly<Record<string, readonly [from: string, to: string][]>> = {
  'no-cycles': [['sdk/src/a.ts', 'sdk/src/b.ts']],
  'sdk-knows-nothing-of-ours': [['sdk/src/c.ts', 'core/src/free.ts']],
  'sandbox-knows-sdk': [['sandbox/src/c.ts', 'core/src/free.ts']],
  'marketplace-knows-sdk': [['marketplace/src/c.ts', 'sandbox/src/free.ts']],
  'core-names-no-plugin': [['core/test/c.ts', 'plugins/one/src/free.ts']],
  'marketplace-only-from-main': [['core/src/registry/c.ts', 'marketplace/src/free.ts']],
  'plugins-know-sdk': [['plugins/one/test/c.ts', 'sandbox/src/free.ts']],
  'plugins-never-each-other': [['plugins/one/src/d.ts', 'plugins/two/src/free.ts']],
  'migrations-import-nothing-of-ours': [['migrations/0001-c.ts', 'core/src/free.ts']],
  'sources-never-import-tests': [['core/src/d.ts', 'core/test/free.ts']],
  'stores-know-no-service': [['core/src/registry/c-store.ts', 'core/src/registry/c-service.ts']],
  'services-know-no-routes': [['core/src/registry/d-service.ts', 'core/src/registry/c-routes.ts']],
  'stores-belong-to-their-feature': [
    ['core/src/registry/e-routes.ts', 'core/src/identity/free-store.ts'],
  ],
}

/** Rules about packages, which have no path of ours to import. */
const packageViolations: Readonly<Record<string, readonly [from: string, specifier: string]>> = {
  'sources-never-need-dev-dependencies': ['core/src/e.ts', 'for-development'],
  'declared-dependencies': ['core/src/f.ts', 'undeclared'],
  resolvable: ['core/src/g.ts', './nowhere.ts'],
  'contract-does-no-io': ['sdk/src/manifest/e.ts', 'node:fs'],
  'trust-only-computes': ['sdk/src/trust/e.ts', 'node:fs'],
}

const allowed: readonly [from: string, to: string][] = [
  ['core/src/main.ts', 'marketplace/src/free.ts'],
  ['core/src/h.ts', 'sandbox/src/free.ts'],
  ['marketplace/test/c.ts', 'core/src/free.ts'],
  ['core/src/registry/f-service.ts', 'core/src/identity/free-store.ts'],
  ['sandbox/src/d.ts', 'sdk/src/free.ts'],
  ['marketplace/src/d.ts', 'sdk/src/free.ts'],
  ['plugins/two/src/d.ts', 'sdk/src/free.ts'],
]

t.test('every arrow is refused when it points the wrong way, and only then', async (t) => {
  const folder = t.testdir({})
  const found = await violationsIn(folder)
  const expected = new Map<string, string[]>()
  for (const [rule, pairs] of Object.entries(violations)) {
    expected.set(rule, pairs.map(([from]) => from).sort())
  }
  for (const [rule, [from]] of Object.entries(packageViolations)) expected.set(rule, [from])
  for (const { name } of arrows.forbidden) {
    t.ok(expected.has(name), `${name} was tried`)
    t.same(found.get(name), expected.get(name), `${name} names its violation and no other`)
  }
})

async function violationsIn(folder: string): Promise<Map<string, string[]>> {
  const files = new Map<string, string>()
  const add = (path: string, text: string) => files.set(path, (files.get(path) ?? '') + text)
  for (const [from, to] of [...Object.values(violations).flat(), ...allowed]) {
    add(from, `import '${'../'.repeat(from.split('/').length - 1)}${to}'\n`)
    add(to, '')
  }
  for (const [from, specifier] of Object.values(packageViolations)) {
    add(from, `import '${specifier}'\n`)
  }
  add('sdk/src/b.ts', "import type {} from './a.ts'\n")
  add('package.json', '{"devDependencies":{"for-development":"1.0.0"}}')
  for (const name of ['for-development', 'undeclared']) {
    add(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0' }))
    add(`node_modules/${name}/index.js`, '')
  }
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  const { tsConfig: _, ...options } = arrows.options
  const roots = ['core', 'sandbox', 'marketplace', 'sdk', 'plugins', 'migrations']
  const { output } = await cruise(roots, {
    ...options,
    baseDir: folder,
    validate: true,
    ruleSet: { forbidden: arrows.forbidden },
  })
  const byRule = new Map<string, string[]>()
  for (const { rule, from } of (output as ICruiseResult).summary.violations) {
    byRule.set(rule.name, [...(byRule.get(rule.name) ?? []), from].sort())
  }
  return byRule
}
