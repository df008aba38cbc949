import { eventsIn } from './event-stream.js'
import { drawEvidence } from './evidence-chart.js'
import { language, text } from './texts.js'

const TOKEN = 'signalbox.operator-token'
const RETRY_MS = 1000
/** A completed rollout moves only when a person rolls it back: worth a look, not a stream. */
const SETTLED_MS = 5000
const FULL_BP = 10_000
const ENDED = ['aborted', 'superseded', 'rolled_back']
/** Points are written once a second; two of them are worth a request. */
const CHART_MS = 2000

const id = location.pathname.split('/').at(-1)
const api = `/v1/rollouts/${id}`
const at = (name) => document.getElementById(name)

document.documentElement.lang = language
for (const place of document.querySelectorAll('[data-text]')) {
  place.textContent = text[place.dataset.text]
}

at('login').addEventListener('submit', (event) => {
  event.preventDefault()
  sessionStorage.setItem(TOKEN, at('token').value.trim())
  at('token').value = ''
  at('login').hidden = true
  watch()
})

at('abort').addEventListener('click', async () => {
  // No question asked: to go back is always safe, and a second click would cost calls.
  at('abort').disabled = true
  at('abort').textContent = text.aborting
  try {
    const response = await ask(`${api}/abort`, { method: 'POST', body: '{}' })
    const answer = await response.json()
    if (response.ok) show(answer)
    else await refuse(response.status, answer)
  } catch {
    notify(text.lost)
  } finally {
    at('abort').textContent = text.abort
    at('abort').disabled = at('abort').dataset.over === 'true'
  }
})

if (sessionStorage.getItem(TOKEN) === null) at('login').hidden = false
else watch()

/** Goes on until the rollout is over or the token is refused; a lost connection is taken up again. */
async function watch() {
  let state
  while (!ENDED.includes(state)) {
    try {
      const response = await ask(`${api}/events`)
      if (!response.ok) {
        if (await refuse(response.status, await response.json())) return
      } else {
        for await (const rollout of eventsIn(response.body)) {
          notify(null)
          show(rollout)
          state = rollout.state
          void showChart(rollout)
        }
      }
    } catch {
      notify(text.lost)
    }
    await new Promise((resolve) => {
      setTimeout(resolve, state === 'completed' ? SETTLED_MS : RETRY_MS)
    })
  }
}

function ask(path, { method = 'GET', body = null } = {}) {
  const headers = {
    authorization: `Bearer ${sessionStorage.getItem(TOKEN)}`,
    'accept-language': language,
    ...(body === null ? {} : { 'content-type': 'application/json' }),
  }
  return fetch(path, { method, headers, body, cache: 'no-store' })
}

/** @returns whether there is no use in asking again */
async function refuse(status, problem) {
  if (status === 401 || status === 403) {
    sessionStorage.removeItem(TOKEN)
    notify(text.refused)
    at('rollout').hidden = true
    at('login').hidden = false
    return true
  }
  notify(`${problem.title} ${problem.detail}`)
  return status < 500
}

function notify(message) {
  at('notice').textContent = message ?? ''
  at('notice').hidden = message === null
}

function show(rollout) {
  const { plugin, from, to, state, transitions, evidence, waiting, standstill } = rollout
  const isOver = state === 'completed' || ENDED.includes(state)
  document.title = `${plugin} ${from} → ${to} · ${text.states[state]}`
  at('rollout').hidden = false
  at('rollout').dataset.state = state
  at('plugin').textContent = plugin
  at('from').textContent = from
  at('to').textContent = to
  at('state').textContent = text.states[state]
  at('abort').disabled = isOver
  at('abort').dataset.over = String(isOver)
  // Running: what it waits for. Else: why it is where it is.
  at('sentence').textContent = (waiting ?? transitions.at(-1)?.reason)?.[language] ?? text.unstarted
  const isHeld = standstill !== null && standstill.en !== waiting?.en
  at('standstill').hidden = !isHeld
  at('standstill').textContent = isHeld ? text.standstill(standstill[language]) : ''
  at('evidence').textContent = evidence.sentence[language]
  showNodes(rollout)
  showWeight(rollout)
  showCalls(rollout)
  showEvidence(evidence)
  at('transitions').replaceChildren(...transitions.toReversed().map(transitionRow))
}

/** Said only where there is more than one to wait for. */
function showNodes({ acknowledged }) {
  const isShown = acknowledged !== null && acknowledged.of > 1
  at('nodes').hidden = !isShown
  at('nodes').textContent = isShown ? text.nodes(acknowledged.nodes, acknowledged.of) : ''
}

function showWeight({ weightBp, steps, step, state }) {
  // Completed it is stable and serves all, though it shares nothing any more.
  const share = state === 'completed' ? 1 : weightBp / FULL_BP
  fill('weight-bar', share, percent(share))
  const items = steps.map((one, index) => {
    const kind = Object.keys(text.steps).find((key) => key in one)
    const item = element(
      'li',
      kind === undefined ? percent(one.weightBp / FULL_BP) : text.steps[kind],
    )
    if (index === step && ['running', 'baking', 'paused'].includes(state)) {
      item.setAttribute('aria-current', 'step')
    }
    return item
  })
  at('steps').replaceChildren(...items)
}

function showCalls({ from, to, calls, draining }) {
  const all = calls.stable + calls.canary
  const rows = [
    [from, 'stable'],
    [to, 'canary'],
  ].map(([version, arm]) =>
    row([
      [version],
      [draining?.version === version ? text.drains(draining.inFlight) : text.arms[arm]],
      [calls[arm].toLocaleString(language), 'number'],
      [all === 0 ? '–' : percent(calls[arm] / all), 'number'],
    ]),
  )
  at('arms').replaceChildren(...rows)
}

/** On the scale of logarithms each piece of evidence adds alike: the bar fills evenly towards the line. */
function showEvidence({ e, threshold }) {
  const share = Math.min(1, Math.max(0, Math.log(e) / Math.log(threshold)))
  const figures = `${Number(e.toPrecision(2)).toLocaleString(language)} / ${threshold}`
  fill('evidence-bar', share, figures)
  at('figures').textContent = figures
}

let isChartAsked = false

/** Asked for apart, and seldom: every event of the stream would carry it again. */
async function showChart({ evidence }) {
  if (isChartAsked) return
  isChartAsked = true
  // First, so that the last event of a stream is drawn with what led to it.
  await new Promise((resolve) => {
    setTimeout(resolve, at('evidence-chart').hasAttribute('hidden') ? 0 : CHART_MS)
  })
  isChartAsked = false
  try {
    const response = await ask(`${api}/analysis`)
    if (!response.ok) return
    const { points } = await response.json()
    const chart = at('evidence-chart')
    chart.toggleAttribute('hidden', points.length < 2)
    drawEvidence(chart, points, evidence.threshold)
  } catch {
    // The stream tells that the connection is lost.
  }
}

function transitionRow({ at: when, command, weightBp, actor, reason }) {
  return row([
    [new Date(when).toLocaleTimeString(language)],
    [text.commands[command] ?? command],
    [percent(command === 'promote' ? 1 : weightBp / FULL_BP), 'number'],
    [actor],
    [reason[language]],
  ])
}

function row(cells) {
  const line = document.createElement('tr')
  for (const [content, className = ''] of cells) {
    const cell = element('td', content)
    cell.className = className
    line.append(cell)
  }
  return line
}

function element(name, content) {
  const made = document.createElement(name)
  made.textContent = content
  return made
}

function fill(bar, share, words) {
  at(bar).value = share
  at(bar).setAttribute('aria-valuetext', words)
}

function percent(share) {
  return `${Number((share * 100).toFixed(2)).toLocaleString(language)} %`
}
