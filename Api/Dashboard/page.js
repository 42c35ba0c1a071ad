
'use strict';
// What all parts of the page use: elements, words for numbers, and requests.
const $ = id => document.getElementById(id);
const element = (name, properties = {}, ...children) => { const made = Object.assign(document.createElement(name), properties); made.append(...children); return made; };
const TOKEN = 'kv-token';
const KINDS = ['fetch', 'store', 'update', 'delete', 'testset', 'touch'];

const count = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const decimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const whole = number => number === null || number === undefined ? '–' : count.format(number);
const rate = number => number === null || number === undefined ? '–' : number >= 10000 ? short.format(number) : number >= 100 ? count.format(number) : decimal.format(number);
const milliseconds = number => number === null || number === undefined ? '–' : number >= 1000 ? `${decimal.format(number / 1000)} s` : number >= 100 ? `${count.format(number)} ms` : `${new Intl.NumberFormat('en', { maximumSignificantDigits: 2 }).format(number)} ms`;
const bytes = number => {
  if (number === null || number === undefined) return '–';
  const unit = Math.min(4, number < 1 ? 0 : Math.floor(Math.log2(number) / 10));
  return `${unit ? decimal.format(number / 1024 ** unit) : number} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit]}`;
};
const span = seconds => {
  const parts = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']], at = parts.findIndex(([length]) => seconds >= length);
  if (at < 0) return '0 s';
  return parts.slice(at, at + 2).map(([length, name], i) => [Math.floor(i ? seconds % parts[at][0] / length : seconds / length), name]).filter(([number]) => number).map(([number, name]) => `${number} ${name}`).join(' ');
};
const ago = time => `${span(Math.max(0, (Date.now() - Date.parse(time)) / 1000))} ago`;
const clock = time => new Date(time).toLocaleTimeString();

// Only what differs is written: a live region speaks whenever it is touched.
const put = (node, text) => { if (node.textContent !== text) node.textContent = text; };
const say = text => put($('said'), text);

let token = '';
try { token = sessionStorage.getItem(TOKEN) ?? ''; } catch { /* A browser that keeps nothing: the token is asked for again after a reload. */ }
const headers = extra => token ? { ...extra, Authorization: `Bearer ${token}` } : extra;

class Refusal extends Error {
  constructor(status, problem) { super(problem?.detail ?? `the API host answered ${status}`); [this.status, this.code] = [status, problem?.code]; }
}

async function ask(path, body, method = body === undefined ? 'GET' : 'POST') {
  let answer;
  try {
    answer = await fetch(path, { method, body, cache: 'no-store', headers: headers(body === undefined ? {} : { 'Content-Type': 'application/json' }) });
  } catch {
    throw new Refusal(0, { detail: 'the API host does not answer', code: 'unreachable' });
  }
  const text = await answer.text();
  let said = null;
  try { said = JSON.parse(text); } catch { /* Not ours: the status says enough. */ }
  if (!answer.ok) throw new Refusal(answer.status, said);
  return said;
}

// Numbers keep the digits they were stored with, where the browser can tell them.
const exactly = (text, name) => JSON.stringify(JSON.parse(text, (_, value, context) => typeof value === 'number' && context?.source && JSON.rawJSON ? JSON.rawJSON(context.source) : value)[name]);
const asJson = text => { try { JSON.parse(text); return text; } catch { return JSON.stringify(text); } };

function explain(fault) {
  if (fault.status === 401) return 'a token is needed: choose “Token” above';
  if (fault.status === 403) return `this token does not allow it (${fault.message})`;
  return fault.message;
}

$('token-open').addEventListener('click', () => { $('token').value = token; $('ask-token').showModal(); });
$('ask-token').addEventListener('close', () => {
  if ($('ask-token').returnValue !== 'yes') return;
  token = $('token').value.trim();
  try { if (token) sessionStorage.setItem(TOKEN, token); else sessionStorage.removeItem(TOKEN); } catch { /* As above. */ }
  say('');
  document.dispatchEvent(new Event('token'));
});
