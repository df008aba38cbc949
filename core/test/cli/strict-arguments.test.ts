import t from 'tap'
import { SEVERAL, strangeCommand, strangeWord } from '../../src/cli/strict-arguments.ts'
import { runCli } from '../support/run-cli.ts'

const args = {
  version: { type: 'positional', required: true },
  steps: { type: 'string' },
  json: { type: 'boolean' },
  'accept-terms': { type: 'string' },
} as const

t.test('what a command takes is not strange', async (t) => {
  for (const words of [
    ['@acme/orders@1.3.0', '--steps', 'plan.json', '--json'],
    ['--steps=plan.json', '@acme/orders'],
    ['--steps', '--odd-name.json'],
    ['--no-json', '--accept-terms', 'sha256-x', '--help'],
    ['{"n":-1}'],
    ['-'],
    ['-1'],
    ['--', '--anything'],
    ['--steps', 'plan.json', '--', '@acme/orders'],
    [],
  ]) {
    t.equal(strangeWord(words, args), undefined, words.join(' '))
  }
})

t.test('an option that a command does not take is told, with the one that was meant', async (t) => {
  t.equal(
    strangeWord(['x', '--step', 'plan.json'], args),
    'Unknown option --step: did you mean --steps?',
  )
  t.equal(strangeWord(['--frob'], args), 'Unknown option --frob.')
  t.equal(strangeWord(['--no-steps'], args), 'Unknown option --no-steps.')
  t.equal(strangeWord(['-x'], args), 'Unknown option -x.')
})

t.test(
  'a word that nobody asked for is told, where a command does not take any number',
  async (t) => {
    const told = 'There is no place for @acme/stock.'
    t.equal(strangeWord(['@acme/orders', '--json', '@acme/stock'], args), told)
    t.equal(strangeWord(['@acme/orders', '--', '@acme/stock'], args), told)
    const several = { ...args, origins: { type: 'positional', valueHint: SEVERAL } } as const
    t.equal(strangeWord(['planner', 'https://a.example', 'https://b.example'], several), undefined)
  },
)

t.test('a word where a group has its commands is one of them', async (t) => {
  t.equal(strangeCommand('publsh'), 'Unknown command publsh.')
  t.equal(strangeCommand(undefined), undefined)
  t.equal(strangeCommand('--help'), undefined)
})

t.test('a command that is misspelt does nothing, and says so', async (t) => {
  const nowhere = { url: 'http://127.0.0.1:9' }
  const removal = ['plugin', 'remove', '@acme/orders', '--dat', 'purge']
  t.match(await runCli(nowhere, removal), { code: 2, errors: /Unknown option --dat: .*--data\?/ })
  const removals = ['plugin', 'remove', '@acme/orders', '@acme/stock']
  t.match(await runCli(nowhere, removals), { code: 2, errors: /no place for @acme\/stock\./ })
  const publish = await runCli(nowhere, ['plugin', 'instal', 'x'])
  t.match(publish, { code: 2, errors: /Unknown command instal\./ })
  t.match(await runCli(nowhere, ['plugin', 'list', '--cursor', 'x']), {
    code: 1,
    errors: /CLI_HOST_UNREACHABLE/,
  })
})
