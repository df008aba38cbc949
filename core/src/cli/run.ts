import { type ArgsDef, type CommandDef, defineCommand, renderUsage, runCommand } from 'citty'
import { hostVersion } from '../host-version.ts'
import { examples } from './examples.ts'
import { say } from './language.ts'
import { printError } from './output.ts'
import { strangeCommand, strangeWord } from './strict-arguments.ts'

const signalbox = defineCommand({
  meta: {
    name: 'signalbox',
    version: hostVersion,
    description: say({
      en: 'A host where every capability is a versioned plugin.',
      'zh-CN': '一切能力皆为带版本插件的主机。',
    }),
  },
  // Loaded when asked for: `pack` must not wait for the host's code, and npm runs it at every publish.
  subCommands: {
    serve: async () => (await import('./serve-command.ts')).serveCommand,
    migrate: async () => (await import('./migrate-command.ts')).migrateCommand,
    create: async () => (await import('./author/create/create-command.ts')).createCommand,
    test: async () => (await import('./author/test/test-command.ts')).testCommand,
    dev: async () => (await import('./author/dev/dev-command.ts')).devCommand,
    pack: async () => (await import('./pack-command.ts')).packCommand,
    check: async () => (await import('./check-command.ts')).checkCommand,
    sign: async () => (await import('./sign-command.ts')).signCommand,
    verify: async () => (await import('./verify/verify-command.ts')).verifyCommand,
    'signing-key': async () => (await import('./signing-key-command.ts')).signingKeyCommand,
    tenant: async () => (await import('./tenant-command.ts')).tenantCommand,
    plugin: async () => (await import('./plugin-command.ts')).pluginCommand,
    updates: async () => (await import('./updates/updates-command.ts')).updatesCommand,
    review: async () => (await import('./review/review-command.ts')).reviewCommand,
    marketplace: async () => (await import('./marketplace-command.ts')).marketplaceCommand,
    package: async () => (await import('./package-command.ts')).packageCommand,
    secrets: async () => (await import('./secrets-command.ts')).secretsCommand,
    rollout: async () => (await import('./rollout-command.ts')).rolloutCommand,
    assignment: async () => (await import('./assignment-command.ts')).assignmentCommand,
    app: async () => (await import('./app-command.ts')).appCommand,
    plan: async () => (await import('./plan-command.ts')).planCommand,
    subscribe: async () => (await import('./subscribe-command.ts')).subscribeCommand,
    subscription: async () => (await import('./subscription-command.ts')).subscriptionCommand,
    credential: async () => (await import('./credential-command.ts')).credentialCommand,
    webhook: async () => (await import('./webhook-command.ts')).webhookCommand,
    types: async () => (await import('./types-command.ts')).typesCommand,
    login: async () => (await import('./login/login-command.ts')).loginCommand,
    logout: async () => (await import('./login/login-command.ts')).logoutCommand,
    call: async () => (await import('./call-command.ts')).callCommand,
    audit: async () => (await import('./audit-command.ts')).auditCommand,
    usage: async () => (await import('./usage-command.ts')).usageCommand,
    replay: async () => (await import('./replay-command.ts')).replayCommand,
  },
})

// biome-ignore lint/suspicious/noExplicitAny: citty types a command by its arguments; here they are all alike
type AnyCommand = CommandDef<any>
type Lazy = AnyCommand | (() => Promise<AnyCommand>)

/** Runs one command; the process ends by itself when its work is done. */
export async function run(words: readonly string[]): Promise<void> {
  if (words.includes('--version') && words.length === 1) {
    process.stdout.write(`${hostVersion}\n`)
    return
  }
  const found = await find(signalbox, words)
  const isHelp = words.includes('--help') || words.includes('-h')
  const rest = words.slice(found.path.length)
  const strange = found.isGroup ? strangeCommand(rest[0]) : undefined
  if (strange === undefined && (found.isGroup || isHelp)) {
    process.stdout.write(`${await usageOf(found)}\n`)
    process.exitCode = isHelp || words.length === 0 ? 0 : 2
    return
  }
  const refused = strange ?? strangeWord(rest, await argumentsOf(found.command))
  if (refused !== undefined) return refuse(found, refused)
  try {
    await runCommand(signalbox, { rawArgs: [...words] })
  } catch (error) {
    if (isUsageError(error)) return refuse(found, error.message)
    printError(error, words.includes('--json'))
    process.exitCode = 1
  }
}

async function refuse(found: Found, message: string): Promise<void> {
  process.stderr.write(`${await usageOf(found)}\n\n${message}\n`)
  process.exitCode = 2
}

async function argumentsOf({ args }: AnyCommand): Promise<ArgsDef> {
  return (await (typeof args === 'function' ? args() : args)) ?? {}
}

async function usageOf({ command, parent, path }: Found): Promise<string> {
  const usage = (await renderUsage(command, parent)).trimEnd()
  const shown = examples[path.join(' ')]
  if (shown === undefined) return usage
  const title = say({ en: 'EXAMPLES', 'zh-CN': '示例' })
  return [usage, '', title, '', ...shown.map((example) => `  ${example}`)].join('\n')
}

interface Found {
  readonly path: readonly string[]
  readonly command: AnyCommand
  readonly parent: AnyCommand | undefined
  readonly isGroup: boolean
}

/** The command that the words name, as deep as they name one. */
async function find(root: AnyCommand, words: readonly string[]): Promise<Found> {
  let command = root
  let parent: AnyCommand | undefined
  const path: string[] = []
  for (const word of words) {
    const commands = command.subCommands as Readonly<Record<string, Lazy>> | undefined
    const next =
      commands !== undefined && Object.hasOwn(commands, word) ? commands[word] : undefined
    if (next === undefined) break
    path.push(word)
    parent = command
    command = typeof next === 'function' ? await next() : next
  }
  return { path, command, parent, isGroup: command.subCommands !== undefined }
}

function isUsageError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'CLIError'
}
