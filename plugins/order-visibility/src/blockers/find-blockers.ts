import type { BothTexts } from '../facts/fact-data.ts'
import type { OrderView } from '../projection/order-view.ts'
import type { Settings } from '../settings/settings.ts'
import { dueOfStay } from '../stages/due-of-stay.ts'
import { stageTexts } from '../stages/stage-texts.ts'
import { isOpenStage } from '../stages/stages.ts'
import { isWanting } from '../subjects/cover.ts'
import { type BlockerCode, type BlockerRule, blockerRules, stageOwners } from './blocker-rules.ts'

export interface Blocker {
  readonly code: BlockerCode
  readonly what: BothTexts
  readonly owner: string
  readonly since: number
  readonly nextAction: BothTexts
  readonly subject: string
}

/** What stands in the way, before rules and settings say whose it is. */
interface Finding {
  readonly code: BlockerCode
  readonly since: number
  readonly subject: string
  readonly owner?: string | undefined
  readonly words?: Readonly<Record<string, string | number | BothTexts>>
}

const MOST = 20

/** What stands in an order's way at an instant, the worst first. Pure. */
export function findBlockers(view: OrderView, settings: Settings, now: number): readonly Blocker[] {
  const stay = view.stays.at(-1)
  if (stay === undefined || !isOpenStage(stay.stage)) return []
  const findings = [
    ...contractFindings(view),
    ...lotFindings(view),
    ...nonconformityFindings(view),
    ...shipmentFindings(view),
    ...supplyFindings(view, now),
    ...overdueFindings(view, settings, now),
  ]
  return findings
    .filter(({ code }) => settingOf(code, settings)?.ignore !== true)
    .map((finding) => blockerOf(finding, settings))
    .sort(
      (a, b) =>
        blockerRules[a.code].rank - blockerRules[b.code].rank ||
        a.since - b.since ||
        (a.subject < b.subject ? -1 : 1),
    )
    .slice(0, MOST)
}

function settingOf(code: string, { blockers = [] }: Settings) {
  return blockers.find((one) => one.code === code)
}

function blockerOf(finding: Finding, settings: Settings): Blocker {
  const { code, since, subject } = finding
  const known: BlockerRule = blockerRules[code]
  const set = settingOf(code, settings)
  const words = { subject, ...finding.words }
  return {
    ...{ code, since, subject },
    owner: finding.owner ?? set?.owner ?? known.owner,
    what: filled(known.what, words),
    nextAction: set?.nextAction ?? known.nextAction,
  }
}

/** Placeholders replaced; a word that is a text in both languages stands in each in its own. */
export function filled(
  text: BothTexts,
  words: Readonly<Record<string, string | number | BothTexts>>,
): BothTexts {
  const say = (language: 'en' | 'zh-CN') =>
    text[language]
      .replace(/\{(\w+)\}/g, (_, name: string) => {
        const word = words[name] ?? ''
        return typeof word === 'object' ? word[language] : String(word)
      })
      .slice(0, 500)
  return { en: say('en'), 'zh-CN': say('zh-CN') }
}

/** A signed contract settles all that went wrong before it. */
function contractFindings({ envelopes, stays, salesperson, contract }: OrderView): Finding[] {
  const isEarly = ['entered', 'signing'].includes(stays.at(-1)?.stage ?? '')
  if (!isEarly || envelopes.some(({ state }) => state === 'completed')) return []
  const newest = [...envelopes].sort((a, b) => b.changedAt - a.changedAt)[0]
  if (newest === undefined) {
    const since = stays.at(-1)?.enteredAt ?? 0
    if (contract === undefined) return []
    return [{ code: 'CONTRACT_UNSIGNED', since, subject: contract, owner: salesperson }]
  }
  const code = {
    ...{ rejected: 'CONTRACT_REJECTED', expired: 'CONTRACT_EXPIRED', voided: 'CONTRACT_VOIDED' },
    ...{ sent: 'CONTRACT_UNSIGNED', 'partly-signed': 'CONTRACT_UNSIGNED' },
    completed: 'CONTRACT_UNSIGNED',
  }[newest.state] as BlockerCode
  const { envelope, title = envelope, sentAt, changedAt } = newest
  const since = code === 'CONTRACT_UNSIGNED' ? (sentAt ?? changedAt) : changedAt
  return [{ code, since, subject: title, owner: salesperson }]
}

/** Only lots of items that lines still wait for: what is rejected and was replaced blocks nothing. */
function lotFindings({ lots, lines, stays, nonconformities }: OrderView): Finding[] {
  if (isUnderWay(stays.at(-1)?.stage)) return []
  const wanted = new Set(lines.filter(isWanting).map(({ sku }) => sku))
  return lots.flatMap(
    ({ lot, sku, unit, held, pending, rejected, since, arrivedAt }): Finding[] => {
      const owner = nonconformities.find(
        (one) => one.lot === lot && one.closedAt === undefined,
      )?.owner
      const common = { subject: lot, since }
      return [
        ...(rejected > 0 && wanted.has(sku)
          ? [
              {
                ...common,
                code: 'LOT_REJECTED',
                owner,
                words: { quantity: rejected, unit },
              } as const,
            ]
          : []),
        ...(held > 0
          ? [{ ...common, code: 'LOT_HELD', owner, words: { quantity: held, unit } } as const]
          : []),
        ...(pending > 0
          ? [
              {
                ...{ ...common, since: arrivedAt, code: 'LOT_INSPECTING' as const },
                words: { quantity: pending, unit },
              },
            ]
          : []),
      ]
    },
  )
}

function isUnderWay(stage: string | undefined): boolean {
  return stage !== undefined && ['shipped', 'delivered', 'invoiced', 'paid'].includes(stage)
}

function nonconformityFindings({ nonconformities, stays }: OrderView): Finding[] {
  if (isUnderWay(stays.at(-1)?.stage)) return []
  return nonconformities.flatMap(
    ({ nonconformity, title = '', owner, openedAt, closedAt, overdue }): Finding[] => {
      if (closedAt !== undefined) return []
      const common = { subject: nonconformity, owner }
      return [
        {
          ...common,
          code: 'NONCONFORMITY_OPEN',
          since: openedAt,
          words: { detail: title },
        } as const,
        ...(overdue === undefined
          ? []
          : [
              {
                ...{ ...common, owner: overdue.owner ?? owner, code: 'EIGHT_D_OVERDUE' as const },
                ...{ since: overdue.dueAt, words: { detail: overdue.step } },
              },
            ]),
      ]
    },
  )
}

function shipmentFindings({ shipments, promisedAt }: OrderView): Finding[] {
  return shipments.flatMap((one) => {
    const { shipment: subject, status, since, eta, direction, exceptions, alarms } = one
    const limit = direction === 'outbound' ? promisedAt : one.promisedAt
    const isLate =
      status !== 'delivered' && eta !== undefined && limit !== undefined && eta.at > limit
    const late = direction === 'outbound' ? 'SHIPMENT_LATE' : 'INBOUND_LATE'
    return [
      ...exceptions.flatMap(({ openedAt, closedAt, owner, text }): Finding[] =>
        closedAt === undefined
          ? [
              {
                code: 'SHIPMENT_EXCEPTION',
                subject,
                since: openedAt,
                owner,
                words: { detail: text },
              },
            ]
          : [],
      ),
      ...alarms.flatMap(({ since: from, measure, value, unit, settledAt }): Finding[] =>
        settledAt === undefined
          ? [
              {
                ...{ code: 'SENSOR_ALARM', subject, since: from },
                words: { detail: `${measure} ${value} ${unit}` },
              },
            ]
          : [],
      ),
      ...(isLate ? [{ code: late, subject, since: eta.saidAt } as const] : []),
      ...(status === 'customs-held' ? [{ code: 'CUSTOMS_HELD', subject, since } as const] : []),
    ]
  })
}

function supplyFindings({ purchases, cover, stays }: OrderView, now: number): Finding[] {
  if (isUnderWay(stays.at(-1)?.stage)) return []
  const late = purchases.filter(
    ({ expectedAt, quantity, received }) =>
      expectedAt !== undefined && expectedAt < now && received < quantity,
  )
  return [
    ...late.map(({ purchaseOrder, expectedAt }) => ({
      ...({ code: 'PURCHASE_LATE', subject: purchaseOrder, since: expectedAt ?? now } as const),
    })),
    ...cover.map(
      ({ sku, probability, saidAt, reorder }) =>
        ({
          code: reorder === undefined ? 'STOCKOUT_RISK' : 'STOCKOUT_RISK_REORDERED',
          ...{ subject: sku, since: saidAt },
          words: {
            detail:
              reorder === undefined ? `${Math.round(probability * 100)} %` : reorder.suggestion,
          },
        }) as const,
    ),
  ]
}

function overdueFindings(
  { stays, purchases }: OrderView,
  settings: Settings,
  now: number,
): Finding[] {
  const stay = stays.at(-1)
  if (stay === undefined) return []
  const due = dueOfStay(stay, settings)
  // What a supplier has promised for later is no neglect of ours.
  const isAwaited =
    stay.stage === 'sourcing' &&
    purchases.some(
      ({ expectedAt, quantity, received }) => (expectedAt ?? 0) > now && received < quantity,
    )
  if (due === undefined || due > now || isAwaited) return []
  return [
    {
      code: 'STAGE_OVERDUE',
      since: due,
      subject: stay.stage,
      owner: settingOf('STAGE_OVERDUE', settings)?.owner ?? stageOwners[stay.stage],
      words: { subject: stageTexts[stay.stage] },
    },
  ]
}
