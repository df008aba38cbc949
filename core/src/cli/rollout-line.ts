import type { RolloutDescription } from '../rollout/describe-rollout.ts'
import { percentOf } from '../rollout/plan/step-decision.ts'
import { shadowOf } from '../rollout/plan/steps.ts'
import type { RolloutState } from '../rollout/rollout-states.ts'
import { say, terminalLanguage } from './language.ts'

const states: Readonly<Record<RolloutState, string>> = {
  ready: say({ en: 'ready', 'zh-CN': '待开始' }),
  running: say({ en: 'running', 'zh-CN': '进行中' }),
  baking: say({ en: 'baking', 'zh-CN': '观察中' }),
  paused: say({ en: 'paused', 'zh-CN': '已暂停' }),
  completed: say({ en: 'completed', 'zh-CN': '已完成' }),
  aborted: say({ en: 'aborted', 'zh-CN': '已中止' }),
  superseded: say({ en: 'superseded', 'zh-CN': '已被取代' }),
  rolled_back: say({ en: 'rolled back', 'zh-CN': '已回滚' }),
}

/** Where a rollout stands, in one line. Without the seconds of a hold: a watch would print one each second. */
export function rolloutLine(rollout: RolloutDescription): string {
  const { state, from, to, step, steps, weightBp, calls, evidence, shadow, transitions } = rollout
  const text = {
    en: '{state} · {from} → {to} · {weight} · calls {stable} + {canary} · evidence {e} / {threshold} · {sentence}',
    'zh-CN':
      '{state} · {from} → {to} · {weight} · 调用 {stable} + {canary} · 证据值 {e} / {threshold} · {sentence}',
  }
  // While it runs the judge has the word; after that, whoever ended or paused it.
  const reason = state === 'running' || state === 'baking' ? undefined : transitions.at(-1)?.reason
  const compared = shadowOf(steps[step]) === undefined ? undefined : shadow?.sentence
  return say(text, {
    state: states[state],
    from,
    to,
    weight: percentOf(weightBp),
    stable: calls.stable,
    canary: calls.canary,
    e: Number(evidence.e.toPrecision(2)),
    threshold: evidence.threshold,
    sentence: (reason ?? compared ?? evidence.sentence)[terminalLanguage()],
  })
}

/** Whether a move is everywhere yet; nothing where there is one node only. */
export function nodesLines({ acknowledged }: RolloutDescription): string[] {
  if (acknowledged === null || acknowledged.of < 2) return []
  const { nodes, of } = acknowledged
  const text = {
    en: '{nodes} of {of} nodes route by it',
    'zh-CN': '{of} 个节点中已有 {nodes} 个按此路由',
  }
  return [say(text, { nodes, of })]
}
