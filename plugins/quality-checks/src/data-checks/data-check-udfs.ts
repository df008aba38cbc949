import { columnar, scalar } from '@signalbox/sdk'
import { isCnId, isUscc } from './identity-codes.ts'
import { jaroWinkler } from './similarity.ts'

/** Functions of `provides.udfs`, one row at a time. */
export const dataCheckUdfs = {
  valid_uscc: scalar({ args: ['utf8'], returns: 'bool' }, isUscc),
  valid_cn_id: scalar({ args: ['utf8'], returns: 'bool' }, isCnId),
  /** Columnar: in real columns the same pair comes often, and is compared once. */
  dq_similarity: columnar(
    { args: ['utf8', 'utf8'], returns: 'f64' },
    ([left, right], rows, out) => {
      const known = new Map<string, number>()
      for (let row = 0; row < rows; row++) {
        const [a, b] = [left.get(row), right.get(row)]
        if (a === null || b === null) continue
        out[row] = similarity(a, b, known)
      }
      return out
    },
  ),
}

/** So many pairs are remembered: a morsel of all different ones must not fill the heap. */
const MAX_KNOWN = 10_000

function similarity(a: string, b: string, known: Map<string, number>): number {
  const key = `${a.length} ${a}${b}`
  const before = known.get(key)
  if (before !== undefined) return before
  const found = jaroWinkler(a, b)
  if (known.size < MAX_KNOWN) known.set(key, found)
  return found
}
