import { curlOf, sampleOf, typeScriptOf } from './snippets.js'

const root = document.documentElement
const language = root.lang
const { id } = root.dataset
const text = JSON.parse(document.getElementById('texts').textContent)
const at = (name) => document.getElementById(name)
const path = `/v1/catalog/services/${id}`
/** What an answer is shown of; the rest is for programs. */
const MAX_SHOWN = 262_144
/** Longer than the longest deadline of a call. */
const PATIENCE_MS = 60_000

/** In this variable and nowhere else: no storage, no address, no cookie. A reload forgets it. */
let key = null
/** What a session's requests repeat; null: nobody has signed in here. */
let csrf = null
let majors = []

at('login').addEventListener('submit', (event) => {
  event.preventDefault()
  key = at('key').value.trim()
  at('key').value = ''
  void open()
})
at('forget').addEventListener('click', () => {
  key = null
  at('service').hidden = true
  at('login').hidden = false
  at('forget').hidden = true
  at('majors').replaceChildren()
  at('operations').replaceChildren()
})
at('majors').addEventListener('change', () => show(majors[at('majors').selectedIndex]))

// Whoever has signed in reads with his session; everybody else with what he pastes.
void open()

async function open() {
  try {
    const response = await ask(path)
    const answer = await response.json()
    if (!response.ok) return refuse(response.status, answer)
    if (key === null) csrf = await csrfOfSession()
    notify(null)
    at('sign-in').hidden = csrf !== null
    majors = answer.majors.toSorted((a, b) => b.major - a.major)
    at('login').hidden = key !== null
    at('forget').hidden = key === null
    at('majors').replaceChildren(...majors.map(({ major }) => element('option', `v${major}`)))
    at('service').hidden = false
    show(majors[0])
    await showChanges()
  } catch {
    notify(text.lost)
  }
}

async function csrfOfSession() {
  const response = await ask('/v1/me')
  return response.ok ? (await response.json()).csrfToken : null
}

function ask(where, { headers = {}, ...more } = {}) {
  return fetch(where, {
    ...more,
    headers: {
      'accept-language': language,
      ...proof(),
      ...headers,
    },
    // A key that was pasted speaks alone: never two proofs in one request.
    credentials: key === null ? 'same-origin' : 'omit',
    cache: 'no-store',
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
}

function proof() {
  if (key !== null) return { authorization: `Bearer ${key}` }
  return csrf === null ? {} : { 'x-csrf-token': csrf }
}

function refuse(status, problem) {
  at('login').hidden = false
  // Without a key it is no fault of anybody's yet.
  const isFirst = key === null && status === 401
  key = csrf = null
  notify(isFirst ? null : `${problem.title ?? ''} ${problem.detail ?? ''}`)
}

function notify(message) {
  at('notice').textContent = message ?? ''
  at('notice').hidden = message === null
}

function said(words) {
  return words?.[language] ?? words?.en ?? ''
}

function show(service) {
  const { title, description, version, major, deprecation } = service
  at('title').textContent = said(title) || id
  document.title = `${at('title').textContent} · Signalbox`
  at('description').textContent = said(description)
  at('deprecation').hidden = deprecation === null
  at('deprecation').textContent =
    deprecation === null ? '' : `${text.ends} ${deprecation.sunsetAt ?? deprecation.deprecatedAt}`
  const facts = [
    ['version', version],
    ['owner', service.owner],
    ['domain', service.domain],
    ['tags', service.tags?.join(', ')],
    ['terms', service.terms],
  ].filter(([, value]) => value !== undefined && value !== null)
  at('facts').replaceChildren(
    ...facts.flatMap(([name, value]) => [element('dt', text[name]), element('dd', value)]),
  )
  showLevels(service)
  at('plans').replaceChildren(...service.plans.map(planRow))
  at('documents').replaceChildren(
    ...['openapi', 'asyncapi', 'odcs', 'openlineage', 'contract', 'types'].map((name) =>
      documentLink(name, major),
    ),
  )
  const operations = Object.entries(service.operations)
  at('operations').replaceChildren(
    ...operations.map(([name, operation]) => operationPart(name, operation, major)),
  )
}

function showLevels({ serviceLevels = {}, measuredLevels }) {
  const { availability, p95Ms } = serviceLevels
  const { windows } = measuredLevels
  // What nobody promised and nobody called says nothing.
  const isEmpty = availability === undefined && p95Ms === undefined
  at('levels-part').hidden = isEmpty && windows.every(({ calls }) => calls === 0)
  at('levels').replaceChildren(
    levelRow('availability', percent(availability), windows),
    levelRow('latency', p95Ms === undefined ? undefined : `${p95Ms} ms`, windows),
  )
}

function levelRow(level, promised, windows) {
  const line = document.createElement('tr')
  const cells = windows.map(({ calls, availability, p95Ms, inTime, status }) => {
    const measured = level === 'availability' ? percent(availability) : timeOf(p95Ms, inTime)
    const cell = element('td', calls === 0 ? '–' : `${measured} · ${calls} ${text.calls}`)
    if (status[level] === null || calls === 0) return cell
    const mark = element('strong', text[status[level]])
    mark.dataset.status = status[level]
    cell.append(document.createElement('br'), mark)
    return cell
  })
  line.append(element('td', text[level]), element('td', promised ?? '–'), ...cells)
  return line
}

function timeOf(p95Ms, inTime) {
  if (p95Ms === null) return '–'
  return inTime === null ? `≈ ${p95Ms} ms` : `≈ ${p95Ms} ms (${percent(inTime)})`
}

function percent(value) {
  return value === undefined || value === null ? undefined : `${value} %`
}

function planRow({ name, ratePerS, burst, quota, price, approval }) {
  const line = document.createElement('tr')
  const cells = [
    name,
    `${ratePerS}/s · ${burst}`,
    quota === null || quota === undefined ? '–' : `${quota.count} / ${quota.per}`,
    price === null || price === undefined
      ? '–'
      : `${price.amount} ${price.currency} / ${price.unit}`,
    approval ?? '–',
  ]
  line.append(...cells.map((cell) => element('td', String(cell))))
  return line
}

/** The address alone opens it for whoever is signed in; with a key the page fetches, since a link carries none. */
function documentLink(name, major) {
  const link = element('a', name)
  link.href = `${path}/versions/${major}/${name}`
  link.addEventListener('click', async (event) => {
    if (key === null) return
    event.preventDefault()
    try {
      const response = await ask(link.href)
      if (!response.ok) return notify((await response.json()).title)
      save(
        await response.blob(),
        name === 'types' ? `${id}.v${major}.ts` : `${id}.v${major}.${name}.json`,
      )
    } catch {
      notify(text.lost)
    }
  })
  const item = document.createElement('li')
  item.append(link)
  return item
}

function save(blob, name) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}

function operationPart(name, operation, major) {
  const part = at('operation').content.cloneNode(true)
  const one = (role) => part.querySelector(`[data-part="${role}"]`)
  const input = one('input')
  const [choice, curl, typeScript, answer] = ['example', 'curl', 'typescript', 'answer'].map(one)
  const { examples = [], safe } = operation
  one('name').textContent = name
  one('summary').textContent = said(operation.summary)
  one('effect').textContent = safe === true ? text.safe : text.unsafe
  one('schemas').textContent = shownJson({ input: operation.input, output: operation.output })
  const inputs = examples.length === 0 ? [{ input: sampleOf(operation.input) }] : examples
  choice.replaceChildren(
    ...inputs.map((example, index) =>
      element('option', example.name ?? `${text.example} ${index + 1}`),
    ),
  )
  const draw = () => {
    const call = { origin: location.origin, id, major, operation: name, input: read(input.value) }
    const isJson = call.input !== undefined
    input.setCustomValidity(isJson ? '' : text.noJson)
    curl.textContent = isJson ? curlOf(call) : ''
    typeScript.textContent = isJson ? typeScriptOf(call) : ''
  }
  const choose = () => {
    input.value = shownJson(inputs[choice.selectedIndex].input)
    draw()
  }
  choice.addEventListener('change', choose)
  input.addEventListener('input', draw)
  const go = one('go')
  one('form').addEventListener('submit', async (event) => {
    event.preventDefault()
    if (key === null && csrf === null) {
      at('login').hidden = false
      at('key').focus()
      return notify(text.keyFirst)
    }
    // Once at a time: a second click would be a second call.
    go.disabled = true
    answer.hidden = false
    answer.textContent = '…'
    answer.textContent = await called(`/api/${id}/v${major}/${name}`, input.value)
    go.disabled = false
  })
  // Its first option is chosen by the browser only once it is in the document.
  choice.selectedIndex = 0
  choose()
  return part
}

async function called(where, body) {
  const started = performance.now()
  try {
    const headers = { 'content-type': 'application/json' }
    const response = await ask(where, { method: 'POST', body, headers })
    const content = await beginningOf(response)
    const took = Math.round(performance.now() - started)
    const told = ['signalbox-version', 'ratelimit', 'retry-after', 'deprecation', 'sunset']
      .filter((name) => response.headers.has(name))
      .map((name) => `${name}: ${response.headers.get(name)}`)
    const parsed = read(content)
    const shown = parsed === undefined ? content : shownJson(parsed)
    return [`${response.status} · ${took} ms`, ...told, '', shown].join('\n')
  } catch {
    return text.lost
  }
}

/** An answer may be a stream of gigabytes. */
async function beginningOf(response) {
  if (response.body === null) return ''
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let content = ''
  while (content.length < MAX_SHOWN) {
    const { done, value } = await reader.read()
    if (done) return content + decoder.decode()
    content += decoder.decode(value, { stream: true })
  }
  await reader.cancel()
  return `${content.slice(0, MAX_SHOWN)}\n…`
}

function read(json) {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function shownJson(value) {
  return JSON.stringify(value, null, 2)
}

async function showChanges() {
  const response = await ask(`${path}/changes?limit=20`)
  if (!response.ok) return
  const { items } = await response.json()
  at('changes').replaceChildren(
    ...items.map(({ version, installedAt, status, changes }) => {
      const item = element('li', `${version} · ${text.statuses[status]} · `)
      const time = element('time', new Date(installedAt).toLocaleDateString(language))
      time.dateTime = installedAt
      const list = document.createElement('ul')
      list.append(...changes.map(changeItem))
      item.append(time, list)
      return item
    }),
  )
}

function changeItem({ kind, operation, field, sentence }) {
  const where = [operation, field].filter((part) => part !== undefined).join(' ')
  const item = element('li', '')
  const mark = element('strong', text.kinds[kind])
  mark.dataset.kind = kind
  item.append(mark, ` ${where}${where === '' ? '' : ': '}${said(sentence)}`)
  return item
}

function element(name, content) {
  const made = document.createElement(name)
  made.textContent = content
  return made
}
