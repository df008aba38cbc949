import type { Localized } from '@signalbox/sdk/errors'
import { rolloutCommands } from '../rollout/rollout-states.ts'

/** Of the host's own events, one that plugins may ask for by `event:subscribe`. */
export interface HostEventType {
  readonly type: string
  /** When it comes, and to whom. */
  readonly meaning: Localized
  /** What of `data` is told; who did it is not. Of a move of a rollout see told-move.ts. */
  readonly fields: readonly string[]
}

const PREFIX = 'signalbox.'

const terms = ['app', 'service', 'major', 'plan', 'planVersion', 'state', 'expiresAt', 'reason']
const wish = [...terms, 'tenant', 'scopes', 'purpose']
const ends = ['app', 'service', 'major', 'plan', 'expiresAt']
const schedule = ['deprecatedAt', 'sunsetAt', 'successor', 'information', 'brownOuts', 'apps']

const promise = [
  ...['service', 'major', 'plugin', 'level', 'window', 'since'],
  ...['promised', 'p95Ms', 'measured', 'calls', 'bad'],
]

const of = (name: string, fields: readonly string[], en: string, zhCN: string): HostEventType => ({
  type: PREFIX + name,
  fields,
  meaning: { en, 'zh-CN': zhCN },
})

/**
 * The one list of what the host tells plugins: a type that is here stays, with the fields that it has. Webhooks hear these
 * and others, which stand in the audit and may change as it does. Nothing of how somebody signs in, of secrets, roles
 * and people is here: that is no plugin's.
 */
export const hostEventTypes: readonly HostEventType[] = [
  of(
    'subscription.requested',
    wish,
    "An app asks for a service; told to the app's tenant and to the owner's, which decides.",
    '应用申请订阅服务；通知应用所属租户与作出决定的所有者租户。',
  ),
  of(
    'subscription.plan_requested',
    [...terms, 'tenant', 'wantedPlan'],
    "An app asks for another plan; told to the app's tenant and to the owner's, which decides.",
    '应用申请更换方案；通知应用所属租户与作出决定的所有者租户。',
  ),
  of(
    'subscription.created',
    wish,
    'An app was subscribed, and nobody had to be asked.',
    '应用已订阅，无需审批。',
  ),
  of(
    'subscription.approve',
    terms,
    'The owner approved a request, or a wanted plan.',
    '所有者批准了申请或所申请的方案。',
  ),
  of(
    'subscription.reject',
    terms,
    'The owner rejected a request, or a wanted plan.',
    '所有者拒绝了申请或所申请的方案。',
  ),
  of('subscription.change-plan', terms, 'A subscription has another plan.', '订阅已更换方案。'),
  of('subscription.suspend', terms, 'A subscription was suspended.', '订阅已暂停。'),
  of('subscription.resume', terms, 'A subscription goes on.', '订阅已恢复。'),
  of('subscription.renew', terms, 'A subscription has another end.', '订阅的有效期已变更。'),
  of(
    'subscription.cancel',
    [...terms, 'subscriptions'],
    'A subscription was cancelled; with a plan that was closed, all of them in `subscriptions`.',
    '订阅已取消；方案关闭时，`subscriptions` 列出全部受影响订阅。',
  ),
  of(
    'subscription.expiring',
    [...ends, 'days'],
    'A subscription ends in 90, 45, 30 or 7 days.',
    '订阅将在 90、45、30 或 7 天后到期。',
  ),
  of('subscription.expire', ends, 'The time of a subscription is over.', '订阅已到期。'),
  of(
    'credential.issued',
    ['credential', 'kind'],
    'A key or an OAuth secret was issued; `subject` is the subscription.',
    '已签发密钥或 OAuth 密钥；`subject` 为订阅。',
  ),
  of(
    'credential.rotated',
    ['credential', 'kind', 'old'],
    'A key or an OAuth secret was exchanged for another.',
    '密钥或 OAuth 密钥已轮换。',
  ),
  of(
    'credential.revoked',
    ['credential'],
    'A key or an OAuth secret was revoked.',
    '密钥或 OAuth 密钥已吊销。',
  ),
  of(
    'quota.threshold',
    ['threshold', 'per', 'periodStart', 'count', 'used'],
    'So much of a quota is used; `subject` is the subscription.',
    '配额使用已达阈值；`subject` 为订阅。',
  ),
  of(
    'app.suspend',
    [],
    'An app was suspended with all that it has; `subject` is the app.',
    '应用已整体暂停；`subject` 为应用。',
  ),
  of('app.resume', [], 'An app goes on.', '应用已恢复。'),
  of(
    'service.deprecated',
    schedule,
    "A service that apps of the tenant use was given an end; `subject` is service@major, `apps` are the tenant's.",
    '租户应用所用的服务已设定停用计划；`subject` 为 service@major，`apps` 为该租户的应用。',
  ),
  of(
    'service.undeprecated',
    ['apps'],
    'The end of a service was taken back.',
    '服务的停用计划已撤回。',
  ),
  of(
    'service.sunset_near',
    [...schedule, 'days'],
    'A service that apps of the tenant use ends in 90, 45, 30 or 7 days.',
    '租户应用所用的服务将在 90、45、30 或 7 天后停用。',
  ),
  of(
    'sla.breached',
    promise,
    'A service that the tenant calls does not keep what it promises; `subject` is service@major.',
    '租户调用的服务未达到所承诺的服务水平；`subject` 为 service@major。',
  ),
  of('sla.recovered', promise, 'It keeps its promise again.', '服务重新达到承诺的服务水平。'),
  of(
    'sla.lapsed',
    promise,
    'Nothing is promised any more, or too little is called to judge by: no recovery.',
    '已无承诺或调用过少而无法判断：并非恢复。',
  ),
  of(
    'lineage.run',
    [],
    'A job that declares its lineage began or ended; `data` is an OpenLineage run event, `subject` the job.',
    '声明了数据血缘的任务已开始或结束；`data` 为 OpenLineage 运行事件，`subject` 为任务。',
  ),
  ...rolloutCommands.map((command) =>
    of(
      `rollout.${command}`,
      [],
      'A rollout moved, of a plugin that the tenant enabled or of a document of its own.',
      '租户已启用的插件或其自有文档的发布有了进展。',
    ),
  ),
]

const known = new Map(hostEventTypes.map((one) => [one.type, one]))

export function hostEventType(type: string): HostEventType | undefined {
  return known.get(type)
}

/** `signalbox.rollout.*`: what a plugin names that wants to hear of all of a family. */
export function familyOf(type: string): string {
  return `${type.split('.').slice(0, 2).join('.')}.*`
}

/** The types that a wish for events of the host is for; none: there is no such type or family. */
export function wishedTypes(wish: string): readonly HostEventType[] {
  return hostEventTypes.filter(({ type }) => type === wish || familyOf(type) === wish)
}

/** What of a change is told; a field that this change lacks is not there. Pure. */
export function toldFields(
  { fields }: HostEventType,
  data: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const there = fields.filter((name) => Object.hasOwn(data, name))
  return Object.fromEntries(there.map((name) => [name, data[name]]))
}
