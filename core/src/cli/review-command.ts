import { defineCommand } from 'citty'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'
import { signedDecision } from './sign-approval.ts'
import { keyArgument } from './sign-command.ts'

interface Review {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly publisher: string
  readonly tier: string
  readonly status: string
  readonly needed: number
}

interface ShownReview extends Review {
  readonly against: string | null
  readonly entries: readonly {
    readonly kind: string
    readonly actor: string
    readonly text: string
    readonly rule: string | null
    readonly at: string
  }[]
  readonly permissions: {
    readonly changes: readonly {
      readonly name: string
      readonly change: string
      readonly before: unknown
      readonly after: unknown
    }[]
  }
}

const REVIEWS = '/v1/marketplace/reviews'

const idArgument = {
  type: 'positional',
  required: true,
  description: say({
    en: "The review's id, which is npm's stage id",
    'zh-CN': '评审编号，即 npm 的 stage id',
  }),
} as const

const list = defineCommand({
  meta: {
    name: 'list',
    description: say({
      en: 'What waits for review, the longest waiting first',
      'zh-CN': '等待评审的版本，等待最久的在前',
    }),
  },
  args: {
    status: {
      type: 'string',
      default: 'open',
      description: say({ en: 'open, approved or rejected', 'zh-CN': 'open、approved 或 rejected' }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const path = `${REVIEWS}?status=${encodeURIComponent(args.status)}&limit=200`
    const found = await client.request<{ items: readonly Review[] }>('GET', path)
    print(args.json, found, found.items.map(lineOf))
  },
})

const show = defineCommand({
  meta: {
    name: 'show',
    description: say({
      en: 'A review: what the version may do, and all that was said',
      'zh-CN': '一次评审：该版本可做什么，以及全部记录',
    }),
  },
  args: { id: idArgument, ...hostArguments },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const review = await client.request<ShownReview>(
      'GET',
      `${REVIEWS}/${encodeURIComponent(args.id)}`,
    )
    print(args.json, review, shownLines(review))
  },
})

function lineOf({ id, name, version, tier, publisher, status }: Review): string {
  return `${id}  ${name}@${version}  ${tier}  ${publisher}  ${status}`
}

function shownLines(review: ShownReview): readonly string[] {
  const { against, permissions, entries } = review
  const beside =
    against === null
      ? say({
          en: 'It may (there is no release before it):',
          'zh-CN': '权限（此前没有发布版本）：',
        })
      : say({ en: 'It may, beside {against}:', 'zh-CN': '与 {against} 相比的权限：' }, { against })
  const changes = permissions.changes.map(
    ({ change, name, before, after }) =>
      `  ${change.padEnd(8)} ${name} ${JSON.stringify(before)} -> ${JSON.stringify(after)}`,
  )
  const said = entries.map(
    ({ at, actor, kind, rule, text }) =>
      // Written by others: none of it may move the cursor of a terminal.
      `${at}  ${actor} (${kind}${rule === null ? '' : `, ${rule}`}): ${text.replace(/\p{Cc}+/gu, ' ')}`,
  )
  return [lineOf(review), beside, ...changes, ...said]
}

const ruleArgument = {
  type: 'string',
  description: say({
    en: 'The finding it speaks of, such as secrets/private-key',
    'zh-CN': '所指的检查项，例如 secrets/private-key',
  }),
} as const

/** A command that says something on a review, and shows what has become of it. */
function saying(name: string, description: { en: string; 'zh-CN': string }) {
  return defineCommand({
    meta: { name, description: say(description) },
    args: {
      id: idArgument,
      text: {
        type: 'string',
        required: true,
        description: say({ en: 'What is told to the others', 'zh-CN': '向其他人说明的内容' }),
      },
      rule: ruleArgument,
      ...hostArguments,
    },
    run: async ({ args }) => {
      const client = new HostClient(await connectionOf(args))
      const path = `${REVIEWS}/${encodeURIComponent(args.id)}/${name}`
      const review = await client.request<ShownReview>('POST', path, {
        text: args.text,
        ...(args.rule === undefined ? {} : { rule: args.rule }),
      })
      print(args.json, review, shownLines(review))
    },
  })
}

/** A decision, which its reviewer may sign. */
function deciding(decision: 'approved' | 'rejected', description: { en: string; 'zh-CN': string }) {
  const isApproval = decision === 'approved'
  const name = isApproval ? 'approve' : 'reject'
  return defineCommand({
    meta: { name, description: say(description) },
    args: {
      id: idArgument,
      text: {
        type: 'string',
        required: !isApproval,
        description: say({ en: 'What is told to the others', 'zh-CN': '向其他人说明的内容' }),
      },
      rule: ruleArgument,
      sign: {
        type: 'boolean',
        description: say({
          en: 'Sign the decision by your own key, so that nobody need take the word of the registry',
          'zh-CN': '用您自己的密钥签署评审结论，便无需只相信注册表',
        }),
      },
      tarball: {
        type: 'string',
        description: say({
          en: 'With --sign: the file you looked at, as npm stage download gave it; its bytes are signed',
          'zh-CN': '与 --sign 合用：您审阅的文件（由 npm stage download 下载），将对其内容签名',
        }),
      },
      key: keyArgument,
      ...hostArguments,
    },
    run: async ({ args }) => {
      const client = new HostClient(await connectionOf(args))
      const path = `${REVIEWS}/${encodeURIComponent(args.id)}`
      const text = args.text ?? decision
      const decided = isApproval ? { decision } : { decision, reason: text }
      const statement =
        args.sign === true
          ? await signedDecision(client, path, decided, args.key, args.tarball)
          : undefined
      const review = await client.request<ShownReview>('POST', `${path}/${name}`, {
        text,
        ...(args.rule === undefined ? {} : { rule: args.rule }),
        ...(statement === undefined ? {} : { statement }),
      })
      print(args.json, review, shownLines(review))
    },
  })
}

export const reviewCommand = defineCommand({
  meta: {
    name: 'review',
    description: say({
      en: 'Reviews of versions in the marketplace',
      'zh-CN': '应用市场中的版本评审',
    }),
  },
  subCommands: {
    list,
    show,
    approve: deciding('approved', { en: 'Approve a version', 'zh-CN': '批准版本' }),
    reject: deciding('rejected', {
      en: 'Reject a version, with the reason',
      'zh-CN': '拒绝版本并说明原因',
    }),
    appeal: saying('appeal', {
      en: 'As its publisher: speak against a finding or a rejection',
      'zh-CN': '发布者对检查项或拒绝提出申诉',
    }),
    answer: saying('answer', { en: 'Answer what was said', 'zh-CN': '答复' }),
    reopen: saying('reopen', {
      en: 'Look at a rejected version once more, after an appeal',
      'zh-CN': '在申诉后重新评审被拒绝的版本',
    }),
  },
})
