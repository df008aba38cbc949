/** `enforce`: what a trial finds refuses a publish. `report`: it is kept with the version as a warning. */
export const trialPolicies = ['enforce', 'report'] as const
export type TrialPolicy = (typeof trialPolicies)[number]
