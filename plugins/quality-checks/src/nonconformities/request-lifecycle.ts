import type { SupplierRequest } from './nonconformity.ts'

export type RequestCommand = 'reply' | 'accept' | 'return' | 'cancel'
type RequestState = SupplierRequest['state']

/** Of a request to a supplier: from which states a command leads where. What is sent back is asked once more. */
export const requestTransitions: Readonly<
  Record<RequestCommand, { readonly from: readonly RequestState[]; readonly to: RequestState }>
> = {
  reply: { from: ['issued'], to: 'replied' },
  accept: { from: ['replied'], to: 'accepted' },
  return: { from: ['replied'], to: 'issued' },
  cancel: { from: ['issued', 'replied'], to: 'cancelled' },
}
