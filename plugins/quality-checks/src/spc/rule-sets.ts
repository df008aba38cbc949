/**
 * A pattern that a process in control shows seldom. Zones are multiples of sigma from the centre.
 *
 * `share`: `least` of `of` points in a row lie more than `zone` sigma from the centre; `same`: all on one side of it,
 * `either`: wherever. `within`: all of `of` points lie no further than `zone` sigma. `trend`: `of` points, each higher
 * (or each lower) than the one before. `alternating`: `of` points that go up and down in turn. `range`: within `of`
 * points one lies more than `zone` sigma above, another more than `zone` sigma below.
 */
export type RulePattern =
  | {
      readonly kind: 'share'
      readonly least: number
      readonly of: number
      readonly zone: number
      readonly side: 'same' | 'either'
    }
  | { readonly kind: 'within'; readonly of: number; readonly zone: number }
  | { readonly kind: 'trend'; readonly of: number }
  | { readonly kind: 'alternating'; readonly of: number }
  | { readonly kind: 'range'; readonly of: number; readonly zone: number }

export type Rule = RulePattern & {
  readonly id: string
  readonly text: { readonly en: string; readonly 'zh-CN': string }
}

export type RuleSetName = 'nelson' | 'western-electric' | 'aiag' | 'montgomery' | 'westgard'

function beyond(id: string, zone: number): Rule {
  return {
    id,
    kind: 'share',
    least: 1,
    of: 1,
    zone,
    side: 'either',
    text: {
      en: `A point more than ${zone} sigma from the centre line`,
      'zh-CN': `一点落在中心线 ${zone}σ 之外`,
    },
  }
}

function run(id: string, of: number): Rule {
  return {
    id,
    kind: 'share',
    least: of,
    of,
    zone: 0,
    side: 'same',
    text: {
      en: `${of} points in a row on one side of the centre line`,
      'zh-CN': `连续 ${of} 点落在中心线同一侧`,
    },
  }
}

function share(id: string, least: number, of: number, zone: number): Rule {
  return {
    id,
    kind: 'share',
    least,
    of,
    zone,
    side: 'same',
    text: {
      en: `${least} of ${of} points in a row more than ${zone} sigma from the centre line, on one side`,
      'zh-CN': `连续 ${of} 点中有 ${least} 点落在中心线同一侧 ${zone}σ 之外`,
    },
  }
}

function trend(id: string, of: number): Rule {
  return {
    id,
    kind: 'trend',
    of,
    text: {
      en: `${of} points in a row, each higher (or each lower) than the one before`,
      'zh-CN': `连续 ${of} 点递增或递减`,
    },
  }
}

function alternating(id: string, of: number): Rule {
  return {
    id,
    kind: 'alternating',
    of,
    text: {
      en: `${of} points in a row that go up and down in turn`,
      'zh-CN': `连续 ${of} 点上下交替`,
    },
  }
}

function within(id: string, of: number): Rule {
  return {
    id,
    kind: 'within',
    of,
    zone: 1,
    text: {
      en: `${of} points in a row within 1 sigma of the centre line`,
      'zh-CN': `连续 ${of} 点落在中心线 1σ 之内`,
    },
  }
}

function avoiding(id: string, of: number): Rule {
  return {
    id,
    kind: 'share',
    least: of,
    of,
    zone: 1,
    side: 'either',
    text: {
      en: `${of} points in a row more than 1 sigma from the centre line, on either side`,
      'zh-CN': `连续 ${of} 点落在中心线两侧 1σ 之外`,
    },
  }
}

function range(id: string, of: number): Rule {
  return {
    id,
    kind: 'range',
    of,
    zone: 2,
    text: {
      en: 'Of two points in a row, one more than 2 sigma above the centre line and one more than 2 sigma below',
      'zh-CN': '连续两点分别落在中心线上下 2σ 之外',
    },
  }
}

/** The eight tests of special causes, with the length of the run on one side and of the trend. */
function eightTests(set: string, sameSide: number): readonly Rule[] {
  return [
    beyond(`${set}-1`, 3),
    run(`${set}-2`, sameSide),
    trend(`${set}-3`, 6),
    alternating(`${set}-4`, 14),
    share(`${set}-5`, 2, 3, 2),
    share(`${set}-6`, 4, 5, 1),
    within(`${set}-7`, 15),
    avoiding(`${set}-8`, 8),
  ]
}

/**
 * - Nelson 1984, "The Shewhart Control Chart: Tests for Special Causes", Journal of Quality Technology 16(4).
 * - Western Electric 1956, "Statistical Quality Control Handbook": the four zone tests.
 * - AIAG 2005, "Statistical Process Control", 2nd edition, table II.1: a run of 7.
 * - Montgomery, "Introduction to Statistical Quality Control", table 5.1: a run of 8.
 * - Westgard et al. 1981, Clinical Chemistry 27(3): the multirule of laboratories; 1-2s only warns there.
 */
export const ruleSets: Readonly<Record<RuleSetName, readonly Rule[]>> = {
  nelson: eightTests('nelson', 9),
  'western-electric': [
    beyond('western-electric-1', 3),
    share('western-electric-2', 2, 3, 2),
    share('western-electric-3', 4, 5, 1),
    run('western-electric-4', 8),
  ],
  aiag: eightTests('aiag', 7),
  montgomery: eightTests('montgomery', 8),
  westgard: [
    beyond('westgard-1-3s', 3),
    share('westgard-2-2s', 2, 2, 2),
    range('westgard-r-4s', 2),
    share('westgard-4-1s', 4, 4, 1),
    run('westgard-10x', 10),
  ],
}

/** All one can do with a chart of spread, or one whose points depend on each other: look at its limits. */
export const limitsOnly: readonly Rule[] = [beyond('limits', 3)]
