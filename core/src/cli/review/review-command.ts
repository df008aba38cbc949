import { defineCommand } from 'citty'

import { hostArguments } from '../common-arguments.ts'
import { connectionOf, HostClient, HostRefusal } from '../host-client.ts'
import { say, terminalLanguage } from '../language.ts'
import { print } from '../output.ts'
import { signedDecision } from '../sign-approval.ts'
import { keyArgument } from '../sign-command.ts'
import { filesDiffLines, filesStatLines } from './files-diff-lines.ts'
import { reviewLine, reviewLines } from './review-lines.ts'
import { REVIEWS, reviewPath } from './review-reference.ts'
import type { FilesDiff, InstalledDiff, Review, ShownReview } from './shown-review.ts'

const idArgument = {
  type: 'positional',
  required: true,
  description: say({
    en: "name@version, or the review's id, which is npm's stage id",
    'zh-CN': '名称@版本，或评审编号（即 npm 的 stage id）',
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
    print(args.json, found, found.items.map(reviewLine))
  },
})

const show = defineCommand({
  meta: {
    name: 'show',
    description: say({
      en: 'A review: findings, what the version may do beside the release before it and beside what runs here, and all that was said',
      'zh-CN': '一次评审：检查结果、与前一版本及本主机现状相比的权限，以及全部记录',
    }),
  },
  args: { id: idArgument, ...hostArguments },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const path = await reviewPath(client, args.id)
    const review = await client.request<ShownReview>('GET', path)
    const installed = await installedDiff(client, review)
    const shown = installed === undefined ? review : { ...review, installed }
    print(args.json, shown, reviewLines(review, installed, terminalLanguage()))
  },
})

/** Who runs it and what they granted is the operator's to see: others are shown the rest. */
async function installedDiff(
  client: HostClient,
  { name, version }: Review,
): Promise<InstalledDiff | undefined> {
  const [plugin, of] = [name, version].map(encodeURIComponent)
  const path = `/v1/marketplace/packages/${plugin}/versions/${of}/permissions?limit=200`
  try {
    return await client.request<InstalledDiff>('GET', path)
  } catch (error) {
    const { status } = error instanceof HostRefusal ? error.problem : { status: 0 }
    if (status === 401 || status === 403) return undefined
    throw error
  }
}

const diff = defineCommand({
  meta: {
    name: 'diff',
    description: say({
      en: 'The files of a version beside those of the release before it, as a unified diff',
      'zh-CN': '该版本的文件与前一版本相比的统一差异',
    }),
  },
  args: {
    id: idArgument,
    stat: {
      type: 'boolean',
      description: say({
        en: 'Only which files changed, and how many lines of them',
        'zh-CN': '仅列出更改的文件及其行数',
      }),
    },
    file: {
      type: 'string',
      description: say({ en: 'Of one file alone', 'zh-CN': '仅显示一个文件' }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const path = await reviewPath(client, args.id)
    const found = await client.request<FilesDiff>('GET', `${path}/diff`)
    const files = found.files.filter((file) => args.file === undefined || file.path === args.file)
    const told = { ...found, files }
    const lines = args.stat === true ? filesStatLines : filesDiffLines
    print(args.json, told, lines(told, terminalLanguage()))
  },
})

const ruleArgument = {
  type: 'string',
  description: say({
    en: 'The finding it speaks of, such as secrets/private-key',
    'zh-CN': '所指的检查项，例如 secrets/private-key',
  }),
} as const

interface Said {
  readonly text: string
  readonly rule: string | undefined
  /** Signed by who says it. */
  readonly statement?: string | undefined
}

/** Says something on a review, and shows what has become of it. @param path of what is said, such as `…/approve` */
async function tell(client: HostClient, path: string, said: Said, json: boolean | undefined) {
  const review = await client.request<ShownReview>('POST', path, said)
  print(json, review, reviewLines(review, undefined, terminalLanguage()))
}

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
      const path = await reviewPath(client, args.id)
      await tell(client, `${path}/${name}`, { text: args.text, rule: args.rule }, args.json)
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
      const path = await reviewPath(client, args.id)
      const text = args.text ?? decision
      const decided = isApproval ? { decision } : { decision, reason: text }
      const statement =
        args.sign === true
          ? await signedDecision(client, path, decided, args.key, args.tarball)
          : undefined
      await tell(client, `${path}/${name}`, { text, rule: args.rule, statement }, args.json)
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
    diff,
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
