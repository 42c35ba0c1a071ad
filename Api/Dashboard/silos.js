
// The cluster: its silos, what they owe each other, the mode, grain types and conflicts.
const PERIOD = 2000, CONFLICTS = 6000, MAX_CONFLICTS = 50;
const STATES = {
  'in-sync': ['good', '✓', 'In sync'], 'catching-up': ['warn', '↻', 'Catching up'], 'joining': ['info', '+', 'Joining'],
  'partitioned': ['bad', '⚡', 'Unreachable'], 'draining': ['info', '↓', 'Draining'], 'dead': ['bad', '✕', 'Down'],
};
const known = { cluster: null, sync: null, statistics: null, mode: null, conflicts: null };
const faults = new Map();        // path -> why it is not answered
const stateOf = node => STATES[node.state] ?? ['', '?', node.state];
const badge = (kind, sign, text) => element('span', { className: `badge ${kind}` }, element('span', { ariaHidden: 'true' }, sign), text);

function silos() {
  const { cluster, sync, statistics } = known;
  return (cluster?.nodes ?? []).map(node => ({
    ...node,
    sync: sync?.nodes.find(one => one.name === node.name) ?? null,
    measured: node.state === 'dead' ? null : statistics?.silos.find(one => one.name === node.name) ?? null,
    owed: (statistics?.silos ?? []).flatMap(silo => silo.owes.filter(one => one.name === node.name).map(one => ({ ...one, by: silo.name }))),
  }));
}

function card(silo) {
  const [kind, sign, word] = stateOf(silo), measured = silo.measured, title = `silo-${silo.name}-title`;
  const pending = Math.max(silo.pending, silo.sync?.pending ?? 0), replayed = silo.sync?.replayed ?? 0, replaying = silo.sync?.replaying ?? false;
  const facts = [
    ['Keys', whole(silo.keys)], ['Uptime', measured ? span(measured.uptimeSeconds) : '–'], ['Epoch', whole(measured?.epoch)],
    ['Memory', bytes(measured?.workingSet)], ['Values', bytes(measured?.bytes)], ['Processors', measured?.processors === null || measured === null ? '–' : measured.processors.toFixed(2)],
    ['Operations/s', rate(measured?.operationsPerSecond)], ['Pending pushes', `${whole(pending)}${silo.pendingSlots ? ` + ${silo.pendingSlots} slots` : ''}`], ['Pending writes', whole(silo.pendingWrites)],
  ];
  const made = element('article', { className: `card ${kind}` }, element('header', {}, element('h3', { id: title }, silo.name)));
  if (known.cluster.leader === silo.name) made.firstChild.append(badge('info', '★', 'Leader'));
  made.firstChild.append(badge(kind, sign, word));
  made.append(element('p', { className: 'address' }, measured ? `${measured.address}${measured.version ? ` · ${measured.version.split('+')[0]}` : ''}` : silo.unreachableSince ? `not reached since ${clock(silo.unreachableSince)}` : 'no answer'));
  made.append(element('dl', {}, ...facts.map(([name, value]) => element('div', {}, element('dt', {}, name), element('dd', {}, value)))));
  if (replaying && replayed + pending > 0) made.append(element('progress', { max: replayed + pending, value: replayed, ariaLabel: `Replay to ${silo.name}` }));
  const why = silo.sync ? silo.sync.inSync ? '' : silo.sync.reason ?? '' : '';
  const replay = replaying ? `Being replayed: ${whole(replayed)} keys so far.` : replayed && !pending ? `${whole(replayed)} keys were replayed to it.` : '';
  if (why || replay) made.append(element('p', { className: 'why' }, [why && `${silo.state === 'in-sync' ? 'Not certain to have everything' : 'Not in sync'}: ${why}.`, replay].filter(Boolean).join(' ')));
  made.setAttribute('aria-labelledby', title);
  made.dataset.silo = silo.name;
  return made;
}

function owedRow(to, one) {
  return element('tr', {}, element('th', { scope: 'row' }, to), element('td', {}, one.by), ...[whole(one.keys), whole(one.slots), bytes(one.bytes)].map(text => element('td', { className: 'n' }, text)),
    element('td', {}, one.oldest ? ago(one.oldest) : '–'), element('td', { className: 'n' }, whole(one.replayed)),
    element('td', {}, one.replaying ? badge('info', '↻', 'Under way') : one.keys || one.slots ? badge('warn', '…', 'Waiting') : badge('good', '✓', `Done${one.lastSuccess ? `, ${ago(one.lastSuccess)}` : ''}`)));
}

function summary(all) {
  const { cluster, statistics, mode } = known, members = all.filter(silo => silo.member || silo.state !== 'draining');
  const well = members.filter(silo => silo.state === 'in-sync').length, sum = values => values.reduce((total, value) => total + (value ?? 0), 0);
  const pending = sum(all.map(silo => Math.max(silo.pending, silo.sync?.pending ?? 0))), operations = statistics?.operations ?? [];
  const tile = (name, value, more = '', kind = '') => element('div', { className: kind }, element('dt', {}, name), element('dd', {}, value, element('small', {}, more)));
  const conflicts = known.conflicts?.conflicts.length ?? null;
  $('tiles').replaceChildren(
    tile('Silos in sync', `${well}`, `of ${members.length}`, well < members.length ? 'warn' : ''), tile('Leader', cluster.leader ?? 'none', '', cluster.leader ? '' : 'bad'), tile('Epoch', whole(cluster.epoch), cluster.migrating ? 'migrating' : ''),
    tile('Keys, fullest silo', whole(Math.max(...all.map(silo => silo.keys ?? 0), 0))), tile('Operations', rate(statistics ? sum(operations.map(one => one.perSecond.at(-1))) : null), 'per second'),
    tile('Pending pushes', whole(pending), '', pending ? 'warn' : ''), tile('Conflicts', conflicts === null ? '–' : `${whole(conflicts)}${known.conflicts.next ? '+' : ''}`, '', conflicts ? 'warn' : ''));
  const down = all.filter(silo => ['dead', 'partitioned'].includes(silo.state)), behind = all.filter(silo => ['catching-up', 'joining'].includes(silo.state)), names = list => list.map(silo => silo.name).join(', ');
  const [kind, words] = !cluster.nodes.length || !cluster.epoch ? ['warn', 'The cluster is forming.']
    : cluster.majorityLost.length ? ['bad', `A majority is lost for some keys: ${cluster.majorityLost.join(', ')} must return.`]
    : down.length ? [2 * down.length >= members.length ? 'bad' : 'warn', `${names(down)} ${down.length > 1 ? 'are' : 'is'} not reachable. ${2 * down.length < members.length ? 'The others serve all keys.' : ''}`.trim()]
    : behind.length ? ['warn', `${names(behind)} ${behind.length > 1 ? 'are' : 'is'} catching up.`]
    : cluster.migrating ? ['warn', `Data is moving: ${cluster.leaderSays ?? 'a migration is under way'}.`]
    : mode?.unconfirmed?.length ? ['warn', `The mode is not confirmed by ${mode.unconfirmed.map(one => one.name).join(', ')}.`]
    : known.sync && !known.sync.inSync ? ['warn', 'Some silo is not in sync yet.'] : ['good', 'All silos are in sync.'];
  $('health-box').className = `health ${kind}`;
  put($('health'), words);
}

function show() {
  if (!known.cluster) return;
  const all = silos();
  summary(all);
  $('silo-cards').replaceChildren(...all.map(card));
  const owed = all.flatMap(silo => silo.owed.filter(one => one.keys || one.slots || one.replaying || one.replayed).map(one => owedRow(silo.name, one)));
  $('owed').replaceChildren(...owed);
  [$('owed-box').hidden, $('owed-none').hidden] = [!owed.length, !!owed.length];
  const mode = known.cluster.mode;
  for (const name of ['CP', 'AP']) $(name.toLowerCase()).setAttribute('aria-pressed', String(mode === name));
}

function showGrains({ grains }) {
  const cell = (text, kind = '') => element('td', { className: `n ${kind}` }, text);
  $('grain-rows').replaceChildren(...[...grains].sort((a, b) => b.callsPerSecond - a.callsPerSecond || a.type.localeCompare(b.type)).map(one => element('tr', {},
    element('th', { scope: 'row' }, one.type.split('.').at(-1), element('small', {}, one.type.split('.').slice(0, -1).join('.'))),
    cell(one.activations ? whole(one.activations) : '–'), cell(rate(one.callsPerSecond)), cell(milliseconds(one.mean)), cell(milliseconds(one.p50)), cell(milliseconds(one.p99)), cell(whole(one.calls)), cell(whole(one.errors), one.errors ? 'bad' : ''))));
}

const side = one => [element('code', {}, one.deleted ? '(deleted)' : one.contentType ? `${one.contentType}, base64` : JSON.stringify(one.value)), element('small', {}, `${clock(one.clock.time)}${one.silo ? `, by ${one.silo} without a quorum` : ''}`)];
let shownConflicts = '';
function showConflicts(page) {
  // Its buttons are not taken away from under somebody's finger.
  if (JSON.stringify(page) === shownConflicts) return;
  shownConflicts = JSON.stringify(page);
  $('conflict-rows').replaceChildren(...page.conflicts.map(one => {
    const act = (name, label, what) => { const made = element('button', { type: 'button', ariaLabel: label }, name); made.addEventListener('click', () => settle(made, what)); return made; };
    const forget = () => ask(`/conflicts/${encodeURIComponent(one.id)}`, undefined, 'DELETE');
    const back = () => (one.lost.deleted ? ask('/delete', JSON.stringify({ key: one.key })) : ask('/store', JSON.stringify({ key: one.key, value: one.lost.value, contentType: one.lost.contentType }))).then(forget);
    return element('tr', {}, element('th', { scope: 'row' }, element('code', {}, one.key)), element('td', {}, ...side(one.kept)), element('td', {}, ...side(one.lost)),
      element('td', {}, element('div', { className: 'row' }, act('Forget', `Forget the conflict of ${one.key}`, forget), act('Bring back', `Bring back what was lost of ${one.key}`, back))));
  }));
  [$('conflicts-box').hidden, $('conflicts-none').hidden] = [!page.conflicts.length, !!page.conflicts.length];
  const more = [page.next && `Only the first ${MAX_CONFLICTS} are shown.`, page.unheard.length && `${page.unheard.join(', ')} did not say what they know.`].filter(Boolean).join(' ');
  $('conflicts-more').hidden = !more;
  put($('conflicts-more'), more);
}

async function settle(button, what) {
  button.disabled = true;
  try { await what(); say(''); } catch (fault) { say(`The conflict stays: ${explain(fault)}`); }
  button.disabled = false;
  look.conflicts();
}

function follow(path, period, take) {
  let busy = false;
  const once = async () => {
    if (busy || document.hidden) return;
    busy = true;
    try {
      const said = await ask(path);
      faults.delete(path);
      put($('asked'), `as of ${new Date().toLocaleTimeString()}`);
      take(said);
    } catch (fault) {
      faults.set(path, explain(fault));
      if (path === '/cluster') { $('health-box').className = 'health bad'; put($('health'), `The cluster cannot be seen: ${explain(fault)}.`); }
    } finally {
      busy = false;
    }
  };
  setInterval(once, period);
  document.addEventListener('visibilitychange', once);
  document.addEventListener('token', once);
  once();
  return once;
}

async function switchTo(mode) {
  if (known.cluster?.mode === mode) return;
  put($('ask-mode-title'), `Switch to ${mode}?`);
  put($('ask-mode-text'), mode === 'AP'
    ? 'Without a quorum, writes are then kept in memory and merged later; what loses is listed as a conflict. Reads may be stale.'
    : 'Without a quorum, keys can then be neither written nor read as they are. No pending write is lost.');
  $('ask-mode').returnValue = 'no';
  $('ask-mode').showModal();
  await new Promise(done => $('ask-mode').addEventListener('close', done, { once: true }));
  if ($('ask-mode').returnValue !== 'yes') return;
  try {
    known.mode = await ask('/conf', JSON.stringify({ mode }));
    say(known.mode.unconfirmed ? `Set to ${mode}; not confirmed yet by ${known.mode.unconfirmed.map(one => one.name).join(', ')}.` : '');
    look.cluster();
  } catch (fault) {
    say(`The mode was not switched: ${explain(fault)}`);
  }
}

for (const mode of ['CP', 'AP']) $(mode.toLowerCase()).addEventListener('click', () => switchTo(mode));
const look = {
  cluster: follow('/cluster', PERIOD, said => { known.cluster = said; show(); }),
  sync: follow('/issynch', PERIOD, said => { known.sync = said; show(); }),
  mode: follow('/conf', PERIOD, said => { known.mode = said; }),
  statistics: follow('/statistics', PERIOD, said => { known.statistics = said; show(); drawOperations(said); showGrains(said); }),
  conflicts: follow(`/conflicts?limit=${MAX_CONFLICTS}`, CONFLICTS, said => { known.conflicts = said; showConflicts(said); }),
};
