import { say } from './language.ts'

export const rolloutArgument = {
  type: 'positional',
  required: true,
  description: say({ en: 'The rollout, rol_…', 'zh-CN': '灰度发布，rol_…' }),
} as const

export function rolloutPath(id: string): string {
  return `/v1/rollouts/${encodeURIComponent(id)}`
}
