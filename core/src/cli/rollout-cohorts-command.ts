import { defineCommand } from 'citty'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'
import { SEVERAL } from './strict-arguments.ts'

interface Cohort {
  readonly name: string
  readonly members: readonly string[]
}

const nameArgument = {
  type: 'positional',
  required: true,
  description: say({ en: 'Name of the cohort', 'zh-CN': '分组名称' }),
} as const

const put = defineCommand({
  meta: {
    name: 'put',
    description: say({ en: 'Store a cohort', 'zh-CN': '保存分组' }),
  },
  args: {
    name: nameArgument,
    members: {
      type: 'positional',
      required: false,
      valueHint: SEVERAL,
      description: say({
        en: 'Who is in it: tenant:acme unit:acme/suzhou app:acme/erp',
        'zh-CN': '成员：tenant:acme unit:acme/suzhou app:acme/erp',
      }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const [name = '', ...members] = args._
    const client = new HostClient(await connectionOf(args))
    const cohort = await client.request<Cohort>('PUT', cohortPath(name), { members })
    print(args.json, cohort, [cohortLine(cohort)])
  },
})

const remove = defineCommand({
  meta: { name: 'remove', description: say({ en: 'Take a cohort away', 'zh-CN': '删除分组' }) },
  args: { name: nameArgument, ...hostArguments },
  run: async ({ args }) => {
    const { name } = args
    const client = new HostClient(await connectionOf(args))
    await client.request('DELETE', cohortPath(name))
    const text = { en: 'Cohort {name} is taken away.', 'zh-CN': '分组 {name} 已删除。' }
    print(args.json, { name }, [say(text, { name })])
  },
})

/** Longer lists are a program's to read, page by page. */
const list = defineCommand({
  meta: { name: 'list', description: say({ en: 'List cohorts', 'zh-CN': '查看分组' }) },
  args: hostArguments,
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const found = await client.request<{ items: readonly Cohort[] }>('GET', '/v1/cohorts?limit=200')
    const none = say({ en: 'There are no cohorts.', 'zh-CN': '没有分组。' })
    print(args.json, found, found.items.length === 0 ? [none] : found.items.map(cohortLine))
  },
})

export const rolloutCohortsCommand = defineCommand({
  meta: {
    name: 'cohorts',
    description: say({
      en: 'Who tries new versions first, by name',
      'zh-CN': '命名分组：谁先试用新版本',
    }),
  },
  subCommands: { put, list, remove },
})

function cohortPath(name: string): string {
  return `/v1/cohorts/${encodeURIComponent(name)}`
}

function cohortLine({ name, members }: Cohort): string {
  return `${name} · ${members.join(' ')}`
}
