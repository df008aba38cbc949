export type SuggestionState = 'open' | 'approved' | 'rejected' | 'superseded' | 'expired'

/** Who or what moves a suggestion on: a planner's word, a run that finds another need, or time. */
export type SuggestionMove = 'approve' | 'reject' | 'supersede' | 'expire'

/** Only what is open moves; all else is settled, and stays to be read. */
export const suggestionMoves: Readonly<
  Record<SuggestionMove, { readonly from: SuggestionState; readonly to: SuggestionState }>
> = {
  approve: { from: 'open', to: 'approved' },
  reject: { from: 'open', to: 'rejected' },
  supersede: { from: 'open', to: 'superseded' },
  expire: { from: 'open', to: 'expired' },
}
