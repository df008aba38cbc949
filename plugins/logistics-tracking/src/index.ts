import { definePlugin } from '@signalbox/sdk'
import { selfTest } from './self-test.ts'

export default definePlugin({ services: {}, selfTest })
