import type { MissReason } from '../plugin-logs/log-line.ts'
import type { ListedLine } from '../plugin-logs/plugin-log-store.ts'
import { harmlessLine } from './harmless-text.ts'
import { say } from './language.ts'

const reasons: Readonly<Record<MissReason, { readonly en: string; readonly 'zh-CN': string }>> = {
  'too-many': { en: 'the plugin logged too much', 'zh-CN': '插件写入日志过多' },
  'queue-full': { en: 'too many waited to be written', 'zh-CN': '等待写入的日志过多' },
  'too-large': {
    en: 'their calls were too large to be searched for secrets',
    'zh-CN': '所属调用过大，无法检查其中的机密',
  },
  unreadable: { en: 'they could not be searched for secrets', 'zh-CN': '无法检查其中的机密' },
  'not-written': { en: 'they could not be written', 'zh-CN': '未能写入' },
}

/** One line of a plugin, in one line of a terminal. */
export function logLine(line: ListedLine): string {
  if (line.missed !== null) return gapOf(line)
  const { at, level, name, message, fields, cut, arm, version } = line
  const canary = arm === 'canary' ? ` (${version} canary)` : ''
  const beyond = cut === 0 ? '' : say(cutText, { cut: String(cut) })
  const json = fields === null ? '' : `  ${JSON.stringify(fields)}`
  return harmlessLine(
    `${at}  ${level.padEnd(5)} ${name ?? ''}${canary}  ${message}${json}${beyond}`,
  )
}

const cutText = { en: ' … {cut} more characters', 'zh-CN': ' … 另有 {cut} 个字符' }

function gapOf({ at, message, missed }: ListedLine): string {
  const reason = Object.hasOwn(reasons, message) ? say(reasons[message as MissReason]) : message
  const text = {
    en: '{at}  ----- {missed} lines are missing: {reason}',
    'zh-CN': '{at}  ----- 缺少 {missed} 行：{reason}',
  }
  return harmlessLine(say(text, { at, missed: String(missed), reason }))
}
