import t from 'tap'
import { packPlugin } from '../../src/pack/pack-plugin.ts'
import { readPluginPackage } from '../../src/pack/plugin-package.ts'
import { requireCompatible } from '../../src/pack/previous-contracts.ts'

const filesOf = (version: string, output: object) => ({
  'package.json': JSON.stringify({
    name: '@acme/echo',
    version,
    keywords: ['signalbox-plugin'],
    files: ['dist', 'contracts'],
    signalbox: {
      manifest: 1,
      host: '^1.0.0',
      displayName: { en: 'Echo' },
      runtime: { tier: 'sandbox', entry: 'dist/plugin.js' },
      provides: { services: [{ id: 'demo.echo', contract: 'contracts/echo.json' }] },
    },
  }),
  contracts: {
    'echo.json': JSON.stringify(
      {
        id: 'demo.echo',
        major: 1,
        title: { en: 'Echo' },
        operations: { say: { input: {}, output } },
      },
      null,
      2,
    ),
  },
})

const folder = t.testdir({
  old: filesOf('1.0.0', { type: 'object' }),
  same: filesOf('1.0.1', { type: 'object' }),
  broken: filesOf('1.1.0', { type: 'array' }),
})

t.test(
  'what breaks the release before is told with its line, before anything is bundled',
  async (t) => {
    const previous = `${folder}/old`
    const refused = await packPlugin(`${folder}/broken`, { previous }).catch((error) => error)
    t.equal(refused.code, 'SDK_CONTRACT_BREAKING')
    const at = /^contracts\/echo\.json:\d+:\d+$/
    t.match(refused.faults, [{ pointer: '/operations/say/output/type', at, detail: /major 2/ }])
  },
)

t.test('what is the same breaks nothing', async (t) => {
  await t.resolves(requireCompatible(await readPluginPackage(`${folder}/same`), `${folder}/old`))
})
