import t from 'tap'
import { strangeCommand, strangeOption } from '../../src/cli/strict-arguments.ts'
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
    ['{"n":-1}', '-', '-1'],
    ['--', '--anything'],
    [],
  ]) {
    t.equal(strangeOption(words, args), undefined, words.join(' '))
  }
})

t.test('an option that a command does not take is told, with the one that was meant', async (t) => {
  t.equal(
    strangeOption(['x', '--step', 'plan.json'], args),
    'Unknown option --step: did you mean --steps?',
  )
  t.equal(strangeOption(['--frob'], args), 'Unknown option --frob.')
  t.equal(strangeOption(['--no-steps'], args), 'Unknown option --no-steps.')
  t.equal(strangeOption(['-x'], args), 'Unknown option -x.')
})

t.test('a word where a group has its commands is one of them', async (t) => {
  t.equal(strangeCommand('publsh'), 'Unknown command publsh.')
  t.equal(strangeCommand(undefined), undefined)
  t.equal(strangeCommand('--help'), undefined)
})

t.test('a command that is misspelt does nothing, and says so', async (t) => {
  const nowhere = { url: 'http://127.0.0.1:9' }
  const removal = ['plugin', 'remove', '@acme/orders', '--dat', 'purge']
  t.match(await runCli(nowhere, removal), { code: 2, errors: /Unknown option --dat: .*--data\?/ })
  const publish = await runCli(nowhere, ['plugin', 'instal', 'x'])
  t.match(publish, { code: 2, errors: /Unknown command instal\./ })
  t.match(await runCli(nowhere, ['plugin', 'list', '--cursor', 'x']), {
    code: 1,
    errors: /CLI_HOST_UNREACHABLE/,
  })
})
