import { priceHandler } from './order-plugin.ts'

/**
 * A bundle of `bytes` bytes as esbuild makes them of many small packages: CommonJS modules that require each
 * other, each with a class, a table, a validator and functions nobody calls. The entry requires all of them, so
 * all of it is parsed and every module's top level runs; of the functions a call reaches only some. The same
 * size gives the same bytes.
 */
export function generatedBundle(bytes: number): string {
  let modules = ''
  let count = 0
  const sizeWith = () => HEAD.length + modules.length + tail(count).length
  for (;;) {
    const next = moduleSource(count)
    if (sizeWith() + next.length + 16 > bytes) break
    modules += next
    count++
  }
  const source = HEAD + modules + tail(count)
  // The rest is a comment: V8 reads it as well.
  return `${source}//${'-'.repeat(Math.max(0, bytes - source.length - 2))}`
}

const HEAD = `"use strict";
var __signalbox_plugin = (() => {
  var __commonJS = (cb, mod) => function __require() {
    return mod || (0, cb[Object.keys(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  };
`

const tail = (count: number): string => `
  var modules = [${Array.from({ length: count }, (_, n) => `require_rule${n}`).join(', ')}];
  var rules = modules.map((load) => load());
  var price = ${priceHandler};
  var checked = (input) => {
    for (let n = 0; n < rules.length; n += 97) rules[n].validate(input);
    return price(input);
  };
  return { default: { services: { "test.service": { price: checked } } } };
})();
`

const fields = ['id', 'qty', 'price', 'discount', 'note', 'site', 'carrier', 'batch', 'lot', 'unit']
const words = ['received', 'inspected', 'released', 'blocked', 'returned', 'counted', 'shipped']

function moduleSource(n: number): string {
  const field = fields[n % fields.length]
  const word = words[n % words.length]
  const table = Array.from(
    { length: 6 },
    (_, row) =>
      `      ["${word}-${n}-${row}", { weight: ${(n * 7 + row) % 100}, due: ${row * 3600} }]`,
  ).join(',\n')
  const required = n === 0 ? '{ validate: () => [] }' : `require_rule${Math.floor(n / 2)}()`
  return `  var require_rule${n} = __commonJS({
  "node_modules/@rules/${field}-${n}/index.js"(exports, module) {
    "use strict";
    var parent = ${required};
    var table = new Map([
${table}
    ]);
    var Rule${n} = class extends Object {
      #limits = { least: ${n % 13}, most: ${n * 17 + 100} };
      constructor(name, options = {}) {
        super();
        this.name = name;
        this.strict = options.strict ?? ${n % 2 === 0};
      }
      accepts(value) {
        if (typeof value === "number") return value >= this.#limits.least && value <= this.#limits.most;
        if (typeof value === "string") return value.length > 0 && !/^\\s+$/.test(value);
        return !this.strict && value !== null && value !== undefined;
      }
      explain(value) {
        const row = table.get(\`${word}-${n}-\${String(value).length % 6}\`) ?? { weight: 0, due: 0 };
        return \`\${this.name} expects ${field} between \${this.#limits.least} and \${this.#limits.most}, weight \${row.weight}\`;
      }
    };
    var rule = new Rule${n}("${field}.${word}", { strict: ${n % 3 === 0} });
    function validate(input) {
      const faults = [];
      if (!rule.accepts(input.${field})) faults.push({ field: "${field}", detail: rule.explain(input.${field}) });
      return faults;
    }
    function summarise(inputs) {
      const sums = {};
      for (const input of inputs) {
        const key = String(input.${field} ?? "none");
        sums[key] = (sums[key] ?? 0) + (table.get(key)?.weight ?? 1);
      }
      return Object.entries(sums).sort(([, one], [, other]) => other - one).slice(0, ${(n % 9) + 1});
    }
    module.exports = { parent, rule, validate, summarise, Rule${n} };
  }
  });
`
}
