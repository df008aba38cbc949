import type { Dimension, Rule, RuleName } from './data-check-types.ts'

type Field = Exclude<keyof Rule, 'rule'>

/** How a check is worked out: by conditions on rows, on rows in memory, over the whole set, or as one figure of the dataset. */
export type Way = 'rows' | 'memory' | 'set' | 'whole'

interface RuleShape {
  readonly way: Way
  readonly dimension: Dimension
  readonly needs: readonly Field[]
  readonly may: readonly Field[]
}

/** Every rule: what it needs, what it may have, and the dimension that its result counts for (ISO/IEC 25012, GB/T 36344). */
export const ruleFields: Readonly<Record<RuleName, RuleShape>> = {
  'not-null': {
    way: 'rows',
    dimension: 'completeness',
    needs: ['column'],
    may: ['blankIsMissing'],
  },
  null: { way: 'rows', dimension: 'completeness', needs: ['column'], may: [] },
  unique: { way: 'set', dimension: 'uniqueness', needs: ['columns'], may: ['ignoreRowIf'] },
  type: { way: 'rows', dimension: 'validity', needs: ['column'], may: [] },
  pattern: { way: 'rows', dimension: 'validity', needs: ['column', 'pattern'], may: ['not'] },
  between: {
    way: 'rows',
    dimension: 'validity',
    needs: ['column'],
    may: ['min', 'max', 'excludeMin', 'excludeMax'],
  },
  'one-of': { way: 'rows', dimension: 'validity', needs: ['column', 'values'], may: ['not'] },
  length: { way: 'rows', dimension: 'validity', needs: ['column'], may: ['min', 'max'] },
  format: { way: 'rows', dimension: 'validity', needs: ['column', 'format'], may: [] },
  'json-schema': { way: 'memory', dimension: 'validity', needs: ['column', 'schema'], may: [] },
  compare: {
    way: 'rows',
    dimension: 'consistency',
    needs: ['column', 'other', 'comparison'],
    may: ['ignoreRowIf', 'tolerance', 'relativeTolerance'],
  },
  sum: {
    way: 'rows',
    dimension: 'consistency',
    needs: ['column', 'columns'],
    may: ['tolerance', 'relativeTolerance'],
  },
  reference: {
    way: 'set',
    dimension: 'referential',
    needs: ['columns', 'otherDataset', 'otherColumns'],
    may: ['otherWhere'],
  },
  agree: {
    way: 'set',
    dimension: 'consistency',
    needs: ['columns', 'column', 'otherDataset', 'otherColumns', 'otherColumn'],
    may: ['aggregate', 'tolerance', 'relativeTolerance', 'ignoreUnmatched', 'otherWhere'],
  },
  fresh: { way: 'whole', dimension: 'timeliness', needs: [], may: ['column', 'maxAgeMinutes'] },
  volume: { way: 'whole', dimension: 'volume', needs: [], may: ['of', 'min', 'max', 'maxRobustZ'] },
  drift: { way: 'whole', dimension: 'distribution', needs: ['column', 'method'], may: ['limit'] },
  custom: {
    way: 'memory',
    dimension: 'custom',
    needs: ['provider'],
    may: ['columns', 'parameters'],
  },
}

/** Formats with a check digit have no pattern: they are worked out in memory. */
const CHECK_DIGIT_FORMATS: ReadonlySet<string> = new Set(['uscc', 'cn-id'])

export function wayOf({ rule, format }: Rule): Way {
  if (rule === 'format' && format !== undefined && CHECK_DIGIT_FORMATS.has(format)) return 'memory'
  return ruleFields[rule].way
}
