import { definePlugin } from '@signalbox/sdk'
import { send } from './send.ts'

export default definePlugin({ contributions: { 'notify/channel/v1': { send } } })
