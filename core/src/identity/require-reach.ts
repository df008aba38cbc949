import { coreErrors } from '../errors.ts'
import type { Asker } from './asker.ts'
import { type Action, isAuthorised, type Resource } from './authorise.ts'

/**
 * Once more what the route has asked, of the row as it is in the transaction: it may have been moved to another unit since.
 * @throws CORE_FORBIDDEN
 */
export function requireReach({ principal, actor }: Asker, action: Action, of: Resource): void {
  if (isAuthorised(principal, action, of)) return
  throw coreErrors.create('FORBIDDEN', { principal: actor, action })
}
