
// The key browser: a page of keys, and one of them with its value and the versions that have been seen of it.
const PAGE = 25, MAX_SEEN = 100, MAX_EDIT = 200000, AGAIN = 2000;
const pages = [null];            // where each page so far began
let followed = null;             // the key that is watched: { key, stop, version, value, binary }

async function list() {
  try {
    const said = await ask('/list', JSON.stringify({ prefix: $('prefix').value, after: pages.at(-1), limit: PAGE }));
    $('key-list').replaceChildren(...said.keys.map(key => {
      const made = element('button', { type: 'button' }, key);
      made.dataset.key = key;
      made.setAttribute('aria-current', String(followed?.key === key));
      made.addEventListener('click', () => choose(key));
      return element('li', {}, made);
    }));
    put($('page'), said.keys.length ? `Page ${pages.length}${said.stale ? ', may be stale' : ''}` : 'No keys');
    $('next').disabled = said.next === null;
    $('next').dataset.after = said.next ?? '';
    $('former').disabled = pages.length < 2;
  } catch (fault) {
    put($('page'), `Not listed: ${explain(fault)}`);
  }
}

function turn(change) { change(); list(); }
$('find').addEventListener('submit', event => { event.preventDefault(); turn(() => pages.splice(0, pages.length, null)); });
$('next').addEventListener('click', () => turn(() => pages.push($('next').dataset.after)));
$('former').addEventListener('click', () => turn(() => pages.pop()));

function leave() {
  followed?.stop.abort();
  followed = null;
  $('seen').replaceChildren();
  for (const made of $('key-list').querySelectorAll('button')) made.setAttribute('aria-current', 'false');
  put($('note'), '');
  put($('facts'), '');
  $('erase').disabled = true;
  $('value').readOnly = false;
  $('seen-none').hidden = false;
}

function choose(key, keepsValue = false) {
  leave();
  const mine = followed = { key, stop: new AbortController(), version: null, value: '', binary: false };
  put($('editor-title'), key);
  [$('name').value, $('name').readOnly] = [key, true];
  if (!keepsValue) $('value').value = '';
  $('seen-none').hidden = true;
  for (const made of $('key-list').querySelectorAll('button')) made.setAttribute('aria-current', String(made.dataset.key === key));
  watch(mine);
}

// Server-sent events read by hand: the browser's own reader of them can send no token.
async function watch(mine) {
  while (mine === followed) {
    try {
      const from = mine.version === null ? '' : `&from=${mine.version}`;
      const answer = await fetch(`/watch?key=${encodeURIComponent(mine.key)}${from}`, { headers: headers({ Accept: 'text/event-stream' }), signal: mine.stop.signal });
      if (!answer.ok) throw new Refusal(answer.status, await answer.json().catch(() => null));
      let text = '';
      for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
        text += part;
        for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) hear(mine, text.slice(0, end));
      }
    } catch (fault) {
      if (mine.stop.signal.aborted) return;
      if (fault instanceof Refusal) put($('note'), `Cannot be watched: ${explain(fault)}`);
    }
    await new Promise(done => setTimeout(done, AGAIN));
  }
}

function hear(mine, message) {
  const lines = message.split('\n'), data = lines.filter(line => line.startsWith('data:')).map(line => line.slice(5).trim()).join('\n');
  if (mine !== followed || !data || lines.some(line => line.startsWith('event: error'))) return;
  const told = JSON.parse(data), isThere = told.type === 'current' || told.type === 'stored';
  const dirty = mine.version !== null && !mine.binary && $('value').value !== mine.value, value = !isThere ? '' : told.encoding ? '' : exactly(data, 'value');
  Object.assign(mine, { version: told.version ?? 0, value, binary: !!told.encoding });
  const large = value.length > MAX_EDIT;
  $('value').readOnly = mine.binary || large;
  $('erase').disabled = !isThere;
  put($('facts'), isThere
    ? [`Version ${told.version}`, told.modified && `modified ${new Date(told.modified).toLocaleString()}`, told.expires && `expires ${new Date(told.expires).toLocaleString()}`, told.contentType, mine.binary && 'cannot be edited here', large && `${bytes(value.length)}, too large to be edited here`].filter(Boolean).join(' · ')
    : 'Not there.');
  if (!dirty) { $('value').value = large ? value.slice(0, MAX_EDIT) : value; put($('note'), ''); }
  else if ($('value').value !== value) put($('note'), isThere ? `Changed meanwhile to ${value.slice(0, 80)}. Saving replaces it.` : 'Deleted meanwhile. Saving brings it back.');
  remember(told, value, isThere);
}

function remember(told, value, isThere) {
  const words = { current: 'is', absent: 'is not there', stored: 'stored', deleted: 'deleted', expired: 'expired' };
  const entry = element('li', {}, element('span', {}, told.version === undefined ? '–' : `Version ${told.version}`, element('small', {}, `${words[told.type] ?? told.type}${told.modified && told.type !== 'expired' ? ` ${clock(told.modified)}` : ''}`)),
    element('code', {}, isThere ? told.encoding ? `${told.contentType}, ${bytes(Math.floor(told.value.length * 3 / 4))}` : value.length > 300 ? `${value.slice(0, 300)}…` : value : '—'));
  if (told.skipped) entry.firstChild.append(element('small', {}, `${told.skipped} not seen before it`));
  if (isThere && !told.encoding && value.length <= MAX_EDIT) {
    const take = element('button', { type: 'button', ariaLabel: `Edit version ${told.version}` }, 'Edit this');
    take.addEventListener('click', () => { $('value').value = value; $('value').focus(); });
    entry.append(take);
  }
  $('seen').prepend(entry);
  while ($('seen').children.length > MAX_SEEN) $('seen').lastChild.remove();
}

$('fresh').addEventListener('click', () => {
  leave();
  put($('editor-title'), 'New key');
  [$('name').readOnly, $('name').value, $('value').value] = [false, '', ''];
  $('name').focus();
});

$('editor').addEventListener('submit', async event => {
  event.preventDefault();
  if ($('value').readOnly) return;
  const key = $('name').value, condition = followed ? followed.version ? `,"ifVersion":${followed.version}` : '' : ',"ifAbsent":true';
  try {
    await ask('/store', `{"key":${JSON.stringify(key)},"value":${asJson($('value').value)}${followed && $('erase').disabled ? ',"ifAbsent":true' : condition}}`);
    put($('note'), '');
    if (followed) followed.value = $('value').value;
    else { choose(key, true); list(); }
  } catch (fault) {
    put($('note'), fault.code === 'condition-failed' ? followed ? 'Not saved: somebody else has just changed it.' : 'Not saved: there is such a key already. Choose it to edit it.' : `Not saved: ${explain(fault)}`);
  }
});
$('value').addEventListener('keydown', event => { if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); $('editor').requestSubmit(); } });
$('erase').addEventListener('click', async () => {
  if (!followed || !confirm(`Delete ${followed.key}?`)) return;
  try { await ask('/delete', `{"key":${JSON.stringify(followed.key)},"ifVersion":${followed.version}}`); list(); }
  catch (fault) { put($('note'), `Not deleted: ${explain(fault)}`); }
});
document.addEventListener('token', () => { list(); if (followed) choose(followed.key); });
list();
