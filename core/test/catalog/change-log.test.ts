import type { Contract } from '@signalbox/sdk/contract'
import t from 'tap'
import { ChangeComparer, releasesOf } from '../../src/catalog/changes/change-log.ts'
import { type VersionFacts, versionStatus } from '../../src/catalog/changes/version-status.ts'

const contract = (operations: Contract['operations']): Contract => ({
  id: 'orders',
  major: 1,
  title: { en: 'Orders' },
  operations,
})
const at = (version: string, ...names: string[]) => ({
  plugin: '@acme/orders',
  version,
  state: 'warm' as const,
  installedAt: new Date(0),
  contract: contract(Object.fromEntries(names.map((name) => [name, { input: true }]))),
})

t.test('a version is compared with the next lower one, whenever it was installed', async (t) => {
  const releases = releasesOf([at('1.1.1', 'list'), at('1.2.0', 'list', 'count'), at('1.1.0')])
  t.same(
    releases.map(({ version, before }) => [version, before?.version]),
    [
      ['1.2.0', '1.1.1'],
      ['1.1.1', '1.1.0'],
      ['1.1.0', undefined],
    ],
  )
  const comparer = new ChangeComparer()
  const changes = releases.map((release) => comparer.between(release))
  t.match(changes, [[{ kind: 'additive', operation: 'count' }], [{ operation: 'list' }], []])
  t.ok(changes[0]?.[0]?.sentence['zh-CN'])
  const again = releases[0] === undefined ? undefined : comparer.between(releases[0])
  t.equal(again, changes[0], 'compared once')
})

t.test('where a version stands follows from what is known of it', async (t) => {
  const warm = {
    state: 'warm',
    isStable: false,
    isBefore: false,
    isPinned: false,
    phase: undefined,
  } as const satisfies VersionFacts
  const stable = { ...warm, state: 'stable', isStable: true } as const
  const rows: [VersionFacts, string][] = [
    [{ ...warm, state: 'expanded' }, 'draft'],
    [warm, 'proposed'],
    [stable, 'active'],
    [{ ...stable, phase: 'announced' }, 'active'],
    [{ ...stable, phase: 'deprecated' }, 'deprecated'],
    [{ ...stable, phase: 'brown-out' }, 'deprecated'],
    [{ ...stable, phase: 'gone' }, 'retired'],
    [{ ...warm, isBefore: true }, 'retired'],
    [{ ...warm, isBefore: true, isPinned: true }, 'active'],
  ]
  for (const [facts, status] of rows) t.equal(versionStatus(facts), status)
})
