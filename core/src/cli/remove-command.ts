import { setTimeout as delay } from 'node:timers/promises'
import { defineCommand } from 'citty'
import type { Removal } from '../removal/removal-service.ts'
import { dataWishes, unfinishedRemovals } from '../removal/removal-states.ts'
import { hostArguments } from './common-arguments.ts'
import { connectionOf, HostClient } from './host-client.ts'
import { say } from './language.ts'
import { print } from './output.ts'

/** The host has answered within 15 seconds; between two questions so long. */
const ASK_AGAIN_MS = 2000

export const removeCommand = defineCommand({
  meta: {
    name: 'remove',
    description: say({
      en: 'Remove a plugin from the host; its data is kept, unless --data says otherwise',
      'zh-CN': '从主机移除插件；除非 --data 另有指定，其数据将保留',
    }),
  },
  args: {
    name: {
      type: 'positional',
      required: true,
      description: say({ en: 'The plugin', 'zh-CN': '插件' }),
    },
    data: {
      type: 'enum',
      options: [...dataWishes],
      description: say({
        en: 'What becomes of what it stored: keep, export (then purge) or purge; keep when left out, unless it is being removed already',
        'zh-CN':
          '如何处理其数据：keep（保留）、export（导出后清除）或 purge（清除）；省略时保留，已在移除中的插件则不变',
      }),
    },
    ...hostArguments,
  },
  run: async ({ args }) => {
    const client = new HostClient(await connectionOf(args))
    const data = args.data === undefined ? '' : `?data=${args.data}`
    const path = `/v1/plugins/${encodeURIComponent(args.name)}`
    let removal = await client.request<Removal>('DELETE', `${path}${data}`)
    while (removal.fault === undefined && isUnfinished(removal)) {
      await delay(ASK_AGAIN_MS)
      removal = await client.request<Removal>('GET', `${path}/removal`)
    }
    print(args.json, removal, linesOf(removal))
    if (isUnfinished(removal)) process.exitCode = 1
  },
})

function isUnfinished({ state }: Removal): boolean {
  return unfinishedRemovals.some((unfinished) => unfinished === state)
}

function linesOf({ plugin, state, exported, fault }: Removal): readonly string[] {
  const lines: string[] = []
  if (exported !== undefined) {
    const text = {
      en: '{rows} rows and {bytes} bytes in {files} files are exported to {folder} in the data folder of the node.',
      'zh-CN': '已将 {rows} 行、{bytes} 字节（{files} 个文件）导出到节点数据目录下的 {folder}。',
    }
    lines.push(say(text, { ...exported }))
  }
  if (fault !== undefined) lines.push(`${fault.detail} [${fault.code}]`)
  const texts = {
    kept: {
      en: '{plugin} is removed; its data is kept.',
      'zh-CN': '{plugin} 已移除；其数据已保留。',
    },
    purged: {
      en: '{plugin} is removed; nothing of it is left.',
      'zh-CN': '{plugin} 已移除；未留下任何数据。',
    },
  }
  const waits = {
    en: '{plugin} is out of service; the rest of its removal goes on ({state}).',
    'zh-CN': '{plugin} 已停止服务；其余移除工作仍在进行（{state}）。',
  }
  const text = state === 'kept' || state === 'purged' ? texts[state] : waits
  return [...lines, say(text, { plugin, state })]
}
