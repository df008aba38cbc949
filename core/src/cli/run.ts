import { type CommandDef, defineCommand, renderUsage, runCommand } from 'citty'
import { hostVersion } from '../host-version.ts'
import { appCommand } from './app-command.ts'
import { callCommand } from './call-command.ts'
import { say } from './language.ts'
import { migrateCommand } from './migrate-command.ts'
import { printError } from './output.ts'
import { packCommand } from './pack-command.ts'
import { pluginCommand } from './plugin-command.ts'
import { serveCommand } from './serve-command.ts'
import { subscribeCommand } from './subscribe-command.ts'
import { tenantCommand } from './tenant-command.ts'

const signalbox = defineCommand({
  meta: {
    name: 'signalbox',
    version: hostVersion,
    description: say({
      en: 'A host where every capability is a versioned plugin.',
      'zh-CN': '一切能力皆为带版本插件的主机。',
    }),
  },
  subCommands: {
    serve: serveCommand,
    migrate: migrateCommand,
    pack: packCommand,
    tenant: tenantCommand,
    plugin: pluginCommand,
    app: appCommand,
    subscribe: subscribeCommand,
    call: callCommand,
  },
})

// biome-ignore lint/suspicious/noExplicitAny: citty types a command by its arguments; here they are all alike
type AnyCommand = CommandDef<any>

/** Runs one command; the process ends by itself when its work is done. */
export async function run(words: readonly string[]): Promise<void> {
  if (words.includes('--version') && words.length === 1) {
    process.stdout.write(`${hostVersion}\n`)
    return
  }
  const found = await find(signalbox, words)
  if (found.isGroup || words.includes('--help') || words.includes('-h')) {
    process.stdout.write(`${await renderUsage(found.command, found.parent)}\n`)
    process.exitCode = words.includes('--help') || words.length === 0 ? 0 : 2
    return
  }
  try {
    await runCommand(signalbox, { rawArgs: [...words] })
  } catch (error) {
    if (isUsageError(error)) {
      process.stderr.write(
        `${await renderUsage(found.command, found.parent)}\n\n${error.message}\n`,
      )
      process.exitCode = 2
      return
    }
    printError(error, words.includes('--json'))
    process.exitCode = 1
  }
}

interface Found {
  readonly command: AnyCommand
  readonly parent: AnyCommand | undefined
  readonly isGroup: boolean
}

/** The command that the words name, as deep as they name one. */
async function find(root: AnyCommand, words: readonly string[]): Promise<Found> {
  let command = root
  let parent: AnyCommand | undefined
  for (const word of words) {
    const commands = command.subCommands as Readonly<Record<string, AnyCommand>> | undefined
    const next =
      commands !== undefined && Object.hasOwn(commands, word) ? commands[word] : undefined
    if (next === undefined) break
    parent = command
    command = next
  }
  return { command, parent, isGroup: command.subCommands !== undefined }
}

function isUsageError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'CLIError'
}
