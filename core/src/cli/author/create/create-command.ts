import { basename, dirname, resolve } from 'node:path'
import { createInterface, type Interface } from 'node:readline/promises'
import { defineCommand } from 'citty'
import { coreErrors } from '../../../errors.ts'
import { say } from '../../language.ts'
import { print } from '../../output.ts'
import { renderTemplate } from './render-template.ts'
import {
  type Template,
  type TemplateLanguage,
  type TemplateName,
  templateNames,
  templates,
} from './templates.ts'

interface Wish {
  readonly template?: string | undefined
  readonly language?: string | undefined
  readonly yes?: boolean | undefined
}

export const createCommand = defineCommand({
  meta: {
    name: 'create',
    description: say({
      en: 'Write a new plugin that passes its own tests',
      'zh-CN': '创建一个可通过自身测试的新插件',
    }),
  },
  args: {
    name: {
      type: 'positional',
      required: true,
      description: say({
        en: 'Its package, such as @acme/quality-gate; the folder is named by its last part',
        'zh-CN': '包名，例如 @acme/quality-gate；文件夹以其末段命名',
      }),
    },
    template: { type: 'string', description: templateNames.join(', ') },
    language: { type: 'string', description: 'ts, js' },
    folder: {
      type: 'string',
      description: say({ en: 'Another folder to write it to', 'zh-CN': '写入其他文件夹' }),
    },
    yes: {
      type: 'boolean',
      description: say({
        en: 'Ask nothing: a data service in TypeScript where nothing else is said',
        'zh-CN': '不询问：未指定时创建 TypeScript 数据服务',
      }),
    },
    json: {
      type: 'boolean',
      description: say({ en: 'Print JSON, for machines', 'zh-CN': '输出 JSON，供程序读取' }),
    },
  },
  run: async ({ args }) => {
    const chosen = await choose(args.name, args)
    const folder = resolve(args.folder ?? basename(chosen.packageName))
    const files = await renderTemplate(folder, chosen)
    const text = {
      en: '{packageName} is in {folder}: {count} files.',
      'zh-CN': '{packageName} 已写入 {folder}，共 {count} 个文件。',
    }
    const next = {
      en: 'Next: cd {name}, then "signalbox dev".',
      'zh-CN': '下一步：cd {name}，然后运行 "signalbox dev"。',
    }
    const { packageName } = chosen
    print(args.json, { ...chosen, folder, files }, [
      say(text, { packageName, folder, count: files.length }),
      say(next, { name: args.folder ?? basename(packageName) }),
    ])
  },
})

interface Chosen {
  readonly template: TemplateName
  readonly language: TemplateLanguage
  readonly packageName: string
}

/** What flags leave open is asked at a terminal; elsewhere it is the first of the list. */
async function choose(name: string, wish: Wish): Promise<Chosen> {
  const isAsked = wish.yes !== true && process.stdin.isTTY === true && process.stdout.isTTY === true
  const terminal = isAsked
    ? createInterface({ input: process.stdin, output: process.stdout })
    : undefined
  try {
    const template = requireTemplate(wish.template ?? (await askTemplate(terminal)))
    const { only }: Template = templates[template]
    const language = only ?? requireLanguage(wish.language ?? (await askLanguage(terminal)))
    const packageName = dirname(name) === '.' ? await askScope(terminal, name) : name
    return { template, language, packageName }
  } finally {
    terminal?.close()
  }
}

async function askTemplate(terminal: Interface | undefined): Promise<string> {
  if (terminal === undefined) return 'data-service'
  const lines = templateNames.map((name, index) => `  ${index + 1}  ${say(templates[name].label)}`)
  process.stdout.write(`${lines.join('\n')}\n`)
  const question = say({ en: 'Which template? [1] ', 'zh-CN': '选择模板？[1] ' })
  const answer = (await terminal.question(question)).trim() || '1'
  return templateNames[Number(answer) - 1] ?? answer
}

async function askLanguage(terminal: Interface | undefined): Promise<string> {
  if (terminal === undefined) return 'ts'
  const question = say({
    en: 'TypeScript or JavaScript? [ts] ',
    'zh-CN': '使用 TypeScript 还是 JavaScript？[ts] ',
  })
  return (await terminal.question(question)).trim().toLowerCase() || 'ts'
}

async function askScope(terminal: Interface | undefined, name: string): Promise<string> {
  if (terminal === undefined) return name
  const question = say({
    en: 'Your scope, such as @acme? [none] ',
    'zh-CN': '您的作用域，例如 @acme？[无] ',
  })
  const scope = (await terminal.question(question)).trim().replace(/^@|\/$/g, '')
  return scope === '' ? name : `@${scope}/${name}`
}

function requireTemplate(text: string): TemplateName {
  const found = templateNames.find((name) => name === text)
  if (found !== undefined) return found
  const reason = `"${text}" is none of ${templateNames.join(', ')}`
  throw coreErrors.create('ARGUMENT_INVALID', { name: '--template', reason })
}

function requireLanguage(text: string): TemplateLanguage {
  if (/^(ts|typescript)$/i.test(text)) return 'ts'
  if (/^(js|javascript)$/i.test(text)) return 'js'
  const reason = `"${text}" is neither ts nor js`
  throw coreErrors.create('ARGUMENT_INVALID', { name: '--language', reason })
}
