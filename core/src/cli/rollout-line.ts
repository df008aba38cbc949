import { percentOf } from '../rollout/plan/step-decision.ts'
import { shadowOf } from '../rollout/plan/steps.ts'
import { type RolloutState, sharingStates } from '../rollout/rollout-states.ts'
import type { ShownRollout } from '../rollout/shown-rollout.ts'
import { say, terminalLanguage } from './language.ts'

export const stateNames: Readonly<Record<RolloutState, string>> = {
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
export function rolloutLine(rollout: ShownRollout): string {
  const { state, from, to, step, steps, calls, evidence, shadow, transitions } = rollout
  const text = {
    en: '{state} · {from} → {to}{place} · calls: {stable} of {from}, {canary} of {to} · evidence {e} / {threshold} · {sentence}',
    'zh-CN':
      '{state} · {from} → {to}{place} · 调用：{from} {stable} 次，{to} {canary} 次 · 证据值 {e} / {threshold} · {sentence}',
  }
  // While it runs the judge has the word; after that, whoever ended or paused it.
  const reason = state === 'running' || state === 'baking' ? undefined : transitions.at(-1)?.reason
  const compared = shadowOf(steps[step]) === undefined ? undefined : shadow?.sentence
  return say(text, {
    state: stateNames[state],
    from,
    to,
    place: placeOf(rollout),
    stable: calls.stable,
    canary: calls.canary,
    e: Number(evidence.e.toPrecision(2)),
    threshold: evidence.threshold,
    sentence: (reason ?? compared ?? evidence.sentence)[terminalLanguage()],
  })
}

/** Weight and step, while it shares calls: of one that is over, "0 %" would say that a completed version serves nobody. */
function placeOf({ state, step, steps, weightBp }: ShownRollout): string {
  if (!sharingStates.includes(state)) return ''
  const text = { en: ' · {weight} · step {n} of {all}', 'zh-CN': ' · {weight} · 步骤 {n}/{all}' }
  return say(text, { weight: percentOf(weightBp), n: step + 1, all: steps.length })
}

/** What it waits for, and what holds it whatever it waits for. */
export function waitingLines({ waiting, standstill }: ShownRollout): string[] {
  const language = terminalLanguage()
  const isSaid = standstill !== null && standstill.en === waiting?.en
  return [
    ...(waiting === null
      ? []
      : [say({ en: 'waits: {what}', 'zh-CN': '等待：{what}' }, { what: waiting[language] })]),
    ...(standstill === null || isSaid
      ? []
      : [
          say(
            { en: 'nothing goes on meanwhile: {what}', 'zh-CN': '在此期间不会推进：{what}' },
            { what: standstill[language] },
          ),
        ]),
  ]
}

/** Calls of a version that was taken out of service and are still at work, on the node that was asked. */
export function drainingLines({ draining }: ShownRollout): string[] {
  if (draining === null) return []
  const text = {
    en: '{version} is taken out of service and finishes {count} calls that it was given before',
    'zh-CN': '{version} 已停止服务，仍有 {count} 个此前分配的调用在执行',
  }
  return [say(text, { version: draining.version, count: draining.inFlight })]
}

/** What a watch tells at once when it changes: all but figures, which change with each call. */
export function newsOf(rollout: ShownRollout): string {
  const { state, step, evidence, pausedFor } = rollout
  const said = waitingLines(rollout).join().replace(/\d+/g, '#')
  return [state, step, evidence.verdict, pausedFor, said].join('\n')
}

/** Whether a move is everywhere yet; nothing where there is one node only. */
export function nodesLines({ acknowledged }: ShownRollout): string[] {
  if (acknowledged === null || acknowledged.of < 2) return []
  const { nodes, of } = acknowledged
  const text = {
    en: '{nodes} of {of} nodes route by it',
    'zh-CN': '{of} 个节点中已有 {nodes} 个按此路由',
  }
  return [say(text, { nodes, of })]
}
