import { brokerHostCalls } from './broker-host-calls.ts'

export const run = brokerHostCalls
