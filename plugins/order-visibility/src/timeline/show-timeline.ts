import { filled } from '../blockers/find-blockers.ts'
import type { OrderView } from '../projection/order-view.ts'
import type { Settings } from '../settings/settings.ts'
import { dueOfStay } from '../stages/due-of-stay.ts'
import { stageTexts } from '../stages/stage-texts.ts'
import { instantText, MS_PER_HOUR } from '../time/instant.ts'
import { timelineTexts } from './timeline-texts.ts'

const MOST = 200
/** What the plugin itself concludes. */
const OWN = '@signalbox/order-visibility'

/** What happened, with the stages it led to and how long they lasted against what they may; the newest last. Pure. */
export function showTimeline(view: OrderView, settings: Settings, now: number) {
  const facts = view.timeline.map(({ at, code, words = {}, actor, source }) => ({
    at,
    what: trimmed(filled(timelineTexts[code] ?? { en: code, 'zh-CN': code }, words)),
    ...(actor === undefined ? {} : { actor }),
    source,
  }))
  const stages = view.stays.map((stay) => {
    const { stage, enteredAt, leftAt } = stay
    const due = dueOfStay(stay, settings)
    const hours = Math.round(((leftAt ?? now) - enteredAt) / (MS_PER_HOUR / 10)) / 10
    return {
      ...{ at: enteredAt, stage, what: stageTexts[stage], source: OWN, hours },
      ...(due === undefined ? {} : { sla: slaOf(leftAt, due, now), dueAt: instantText(due) }),
    }
  })
  return [...facts, ...stages]
    .sort((a, b) => a.at - b.at)
    .slice(-MOST)
    .map(({ at, ...entry }) => ({ at: instantText(at), ...entry }))
}

function slaOf(leftAt: number | undefined, due: number, now: number): 'met' | 'due' | 'missed' {
  if ((leftAt ?? now) > due) return 'missed'
  return leftAt === undefined ? 'due' : 'met'
}

/** Words that were not told leave gaps. */
function trimmed({ en, 'zh-CN': zh }: { readonly en: string; readonly 'zh-CN': string }) {
  const tidy = (text: string) =>
    text
      .replace(/ {2,}/g, ' ')
      .replace(/ ?\( ?\)|（）/g, '')
      .trim()
  return { en: tidy(en), 'zh-CN': tidy(zh) }
}
