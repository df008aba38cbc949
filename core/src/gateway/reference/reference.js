const text = JSON.parse(document.getElementById('texts').textContent)
const language = document.documentElement.lang
const at = (name) => document.getElementById(name)
/** What an answer is shown of; the rest is for programs. */
const MAX_SHOWN = 262_144
const PATIENCE_MS = 60_000
const methods = ['get', 'post', 'put', 'patch', 'delete']

void open()

async function open() {
  try {
    const response = await ask('/openapi.json')
    const document = await response.json()
    const groups = Map.groupBy(operationsOf(document), ({ tag }) => tag)
    at('groups').replaceChildren(
      ...[...groups]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([tag, list]) => groupPart(tag, list)),
    )
    at('filter').addEventListener('input', sift)
    sift()
  } catch {
    notify(text.lost)
  }
}

function operationsOf({ paths }) {
  return Object.entries(paths).flatMap(([path, item]) =>
    methods
      .filter((method) => method in item)
      .map((method) => ({ path, method, tag: item[method].tags?.[0] ?? '', ...item[method] })),
  )
}

function groupPart(tag, operations) {
  const part = document.createElement('section')
  part.append(element('h2', tag), ...operations.map(operationPart))
  return part
}

function operationPart(operation) {
  const { path, method, summary = '', parameters = [], requestBody, responses } = operation
  const part = at('operation').content.cloneNode(true).firstElementChild
  const one = (role) => part.querySelector(`[data-part="${role}"]`)
  part.dataset.words = `${method} ${path} ${summary}`.toLowerCase()
  one('method').textContent = method.toUpperCase()
  one('path').textContent = path
  one('summary').textContent = summary
  // Headers are the host's own business: what is asked for by one is asked for by few.
  const asked = parameters.filter((parameter) => parameter.in !== 'header')
  const inputs = asked.map((parameter) => ({ parameter, input: document.createElement('input') }))
  one('parameters').hidden = asked.length === 0
  one('parameters').tBodies[0].append(...inputs.map(parameterRow))
  const schema = requestBody?.content?.['application/json']?.schema
  one('body').hidden = schema === undefined
  const body = one('body').querySelector('textarea')
  if (schema !== undefined) body.value = JSON.stringify(skeletonOf(schema), null, 2)
  one('sure').hidden = method === 'get'
  one('schema').textContent = JSON.stringify({ parameters, body: schema, responses }, null, 2)
  const answer = one('answer')
  one('form').addEventListener('submit', async (event) => {
    event.preventDefault()
    // Once at a time: a second click would be a second request.
    one('send').disabled = true
    answer.hidden = false
    answer.textContent = '…'
    const sent = schema === undefined ? undefined : body.value
    answer.textContent = await told(method, urlOf(path, inputs), sent)
    one('send').disabled = false
  })
  return part
}

function parameterRow({ parameter, input }) {
  const { name, required, description = '', schema = {} } = parameter
  const line = document.createElement('tr')
  input.required = required === true
  input.setAttribute('aria-label', name)
  input.placeholder = schema.enum?.join(' | ') ?? schema.default ?? schema.type ?? ''
  const field = document.createElement('td')
  field.append(input, description)
  line.append(
    element('td', required === true ? `${name} (${text.required})` : name),
    element('td', parameter.in),
    field,
  )
  return line
}

/** The fields that must be there, empty. */
function skeletonOf({ required = [] }) {
  return Object.fromEntries(required.map((name) => [name, null]))
}

function urlOf(path, inputs) {
  const given = inputs.filter(({ input }) => input.value !== '')
  const filled = given
    .filter(({ parameter }) => parameter.in === 'path')
    .reduce(
      (url, { parameter, input }) =>
        url.replace(`{${parameter.name}}`, () => encodeURIComponent(input.value)),
      path,
    )
  const query = new URLSearchParams(
    given
      .filter(({ parameter }) => parameter.in === 'query')
      .map(({ parameter, input }) => [parameter.name, input.value]),
  )
  return query.size === 0 ? filled : `${filled}?${query}`
}

async function told(method, url, body) {
  if (body !== undefined && read(body) === undefined) return text.noJson
  try {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const response = await ask(url, { method: method.toUpperCase(), body, headers })
    const content = await beginningOf(response)
    const parsed = read(content)
    const shown = parsed === undefined ? content : JSON.stringify(parsed, null, 2)
    return `${method.toUpperCase()} ${url}\n${response.status}\n\n${shown}`
  } catch {
    return text.lost
  }
}

/** The token is in its field and nowhere else: no storage, no address, no cookie. A reload forgets it. */
function ask(where, { headers = {}, ...more } = {}) {
  const token = at('token').value.trim()
  return fetch(where, {
    ...more,
    headers: {
      'accept-language': language,
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    // A token that was pasted speaks alone: never two proofs in one request.
    credentials: token === '' ? 'same-origin' : 'omit',
    cache: 'no-store',
    redirect: 'error',
    signal: AbortSignal.timeout(PATIENCE_MS),
  })
}

/** An answer may be a stream without an end. */
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

function sift() {
  const words = at('filter').value.toLowerCase().split(/\s+/)
  let found = 0
  for (const part of at('groups').children) {
    const operations = [...part.querySelectorAll(':scope > details')]
    for (const operation of operations) {
      operation.hidden = !words.every((word) => operation.dataset.words.includes(word))
      if (!operation.hidden) found++
    }
    part.hidden = operations.every(({ hidden }) => hidden)
  }
  notify(found === 0 ? text.none : null)
}

function notify(message) {
  at('notice').textContent = message ?? ''
  at('notice').hidden = message === null
}

function read(json) {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function element(name, content) {
  const made = document.createElement(name)
  made.textContent = content
  return made
}
