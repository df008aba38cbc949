/** A document of the plugin's own in this tenant: the plugin keeps its versions, the host says which one is used. */
export interface DocumentName {
  /** As a grant of `rollout:use` names it, such as `inspection-plan`. */
  readonly kind: string
  /** Of your own choice, at most 200 characters. */
  readonly id: string
}

/** A step of a plan; the last has `weightBp` 10000. An `approve` stands right before a weight. */
export type DocumentStep =
  | {
      /** Basis points of the picks that are given the new version: 100 is 1 %. Rises from step to step. */
      readonly weightBp: number
      /** All that is named must be met before the next step; only the last step may name nothing. */
      readonly hold: {
        readonly durationMs?: number
        /** Picks of the new version in this step. */
        readonly exposures?: number
        /** Different keys that were given the new version in this step. */
        readonly units?: number
        /** Go on by time though nothing was picked. */
        readonly evenUnseen?: boolean
        /** After so long without what is named the rollout is paused. */
        readonly mostMs?: number
      }
      /** Of the last step: how long the old version is kept beside the new one. */
      readonly bake?: { readonly durationMs: number }
    }
  | {
      /** An admin of this tenant says when it goes on: `ctx.tenant`, and no other. */
      readonly approve: { readonly tenant: string }
    }

/** What is to be released, and how. */
export interface DocumentPlan extends DocumentName {
  /** The version that is stable now; of a document that the host does not know yet this makes it stable. */
  readonly from: string
  readonly to: string
  /** At most 50; chosen by the host when left out, by `callsPerDay` where that is said. */
  readonly steps?: readonly DocumentStep[]
  readonly callsPerDay?: number
  /**
   * What stays on one version: `request`, the default, is each call of the plugin by itself. Only then may what is
   * reported stop a version; keys that stay together bring troubles of their own, and only hold a step.
   */
  readonly cohortBy?: 'request' | 'app' | 'subject' | 'unit' | 'entity'
  /** Never the new version: `entity:acme/O-1`, `unit:acme/suzhou`, of this tenant. At most 1,000. */
  readonly deny?: readonly string[]
  /** The new version from the first weight on. */
  readonly allow?: readonly string[]
}

export interface DocumentRollout {
  /** `rol_…` */
  readonly id: string
  readonly kind: string
  /** The document's id. */
  readonly document: string
  readonly from: string
  readonly to: string
  readonly state:
    | 'ready'
    | 'running'
    | 'baking'
    | 'paused'
    | 'completed'
    | 'aborted'
    | 'rolled_back'
  /** Index of the step it is in. */
  readonly step: number
  readonly steps: readonly DocumentStep[]
  readonly pausedFor: string | null
  readonly revision: number
}

export interface RolloutWish {
  readonly kind: string
  /** `rol_…` */
  readonly rollout: string
  /** What admins read, 1 to 500 characters. */
  readonly reason?: string
}

/** By what a pick is drawn beside the call itself. An app or a user that calls is known; say it where another is meant. */
export interface PickWish extends DocumentName {
  readonly unit?: string
  readonly entity?: string
  readonly app?: string
  readonly subject?: string
}

export interface DocumentPick {
  /** The version to use; null where no rollout of the document was ever planned. */
  readonly version: string | null
  readonly arm: 'stable' | 'canary'
  /** `rol_…` while one runs. */
  readonly rollout: string | null
  /** Of the routing table it was drawn by. */
  readonly generation: number
  /** Keep it for the report; null while nothing is judged. */
  readonly pick: string | null
}

/**
 * Canaries of the plugin's own documents, present with a grant of `rollout:use` for the kind. The host draws, judges
 * what is reported, goes on from step to step and takes a bad version back, as it does with versions of plugins. No
 * other tenant and no other plugin sees or moves it; freezes and a lockdown of the operator hold it.
 */
export interface Rollouts {
  /**
   * Plans a release; nothing is picked by it before `start`.
   * @throws `CORE_INPUT_INVALID` with the place of each fault, `CORE_DOCUMENT_NOT_STABLE`,
   *   `CORE_DOCUMENT_ROLLOUTS_TAKEN` (10 of the plugin in the tenant, 20 of the tenant, 200 on the host that are not over),
   *   `CORE_DOCUMENTS_TOO_MANY` (10,000), `CORE_BUDGET_SPENT`.
   */
  plan(plan: DocumentPlan): Promise<DocumentRollout>
  /**
   * @throws of each: `CORE_ROLLOUT_MISSING`, `CORE_ROLLOUT_COMMAND_REFUSED` with what stands in the way; of `start`,
   *   `resume` and `promote` also `CORE_BUDGET_SPENT`: to pause and to go back has no budget.
   */
  start(wish: RolloutWish): Promise<DocumentRollout>
  pause(wish: RolloutWish): Promise<DocumentRollout>
  resume(wish: RolloutWish): Promise<DocumentRollout>
  /** To 100 % and stable at once. */
  promote(wish: RolloutWish): Promise<DocumentRollout>
  /** Back on the stable version, from now on. */
  abort(wish: RolloutWish): Promise<DocumentRollout>
  /** Takes a completed one back, within seven days. */
  rollback(wish: RolloutWish): Promise<DocumentRollout>
  /** The version for one use: the same key has the same version on every node, and a rising weight never takes it away. */
  pick(wish: PickWish): Promise<DocumentPick>
  /**
   * How the use of a pick went. Once a pick on each node, and once a call where the plan draws each by itself; it may
   * come later, and from another call.
   * @param report.pick as `pick` gave it; null counts nothing
   * @param report.ms how long it took, 0 to a day: slowness counts too, where it went well
   * @returns whether it was counted: not when the rollout is over
   * @throws `CORE_PICK_FORGED` for what is no pick of this plugin, tenant and kind.
   */
  report(report: {
    readonly kind: string
    readonly pick: string | null
    readonly outcome: 'ok' | 'bad'
    readonly ms?: number
  }): Promise<{ readonly counted: boolean }>
}
