import { recordDemand } from '../demand/record-demand.ts'
import { defineItems, items } from '../items/items.ts'
import { override, overrides, overrideValue, withdrawOverride } from '../overrides/overrides.ts'
import { runs, startRun } from '../runs/runs.ts'
import { decideSuggestion, suggestions } from '../suggestions/suggestions.ts'
import { classes } from './classes.ts'
import { accuracy, stockoutRisk, workbench } from './lists.ts'
import { policyFrontier } from './policy-frontier.ts'
import { demand, explain, forecast, reorder } from './readers.ts'

/** The operations of inventory.planning@1. */
export const planningService = {
  recordDemand,
  defineItems,
  items,
  startRun,
  runs,
  demand,
  forecast,
  reorder,
  explain,
  suggestions,
  decideSuggestion,
  stockoutRisk,
  override,
  withdrawOverride,
  overrides,
  overrideValue,
  accuracy,
  classes,
  policyFrontier,
  workbench,
}
