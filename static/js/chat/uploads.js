import { csrfToken, explain, newId } from './requests.js';

/** Files on their way, each with its progress and a way out; one that was refused says why. */
export class Uploads {
  #list;
  #template;
  #path;
  #limits;
  #tell;

  /** `limits`: {types, mostBytes}, both also checked by the server; `tell(answer)` hears what was stored. */
  constructor(list, template, path, limits, tell) {
    [this.#list, this.#template, this.#path, this.#limits, this.#tell] = [list, template, path, limits, tell];
  }

  add(file, stream) {
    const item = this.#template.content.firstElementChild.cloneNode(true);
    item.querySelector('[data-name]').textContent = file.name;
    this.#list.append(item);
    item.scrollIntoView({ block: 'nearest' });
    const problem = this.#problemOf(file);
    if (problem) this.#fail(item, problem);
    else this.#send(item, { file, stream, clientId: newId() });
  }

  #problemOf({ size, type }) {
    const { mostBytes, types } = this.#limits;
    if (!size) return 'The file is empty.';
    if (size > mostBytes) return `The file is larger than ${Math.floor(mostBytes / 1048576)} MB.`;
    if (type && !types.includes(type)) return `Only ${namesOf(types)} can be sent.`;
    return '';
  }

  /** `parcel`: the file, the stream that it is for, and the id that makes it arrive once. */
  #send(item, parcel) {
    const { file, stream, clientId } = parcel;
    const request = new XMLHttpRequest();
    const bar = item.querySelector('progress');
    const body = new FormData();
    body.append('clientId', clientId);
    body.append('file', file);
    item.dataset.state = 'sending';
    this.#offer(item, 'Cancel', () => request.abort());
    request.upload.onprogress = ({ loaded, total }) => (bar.value = total ? loaded / total : 0);
    request.onload = () => this.#settle(item, parcel, request);
    request.onerror = () => this.#fail(item, 'Not sent.', () => this.#send(item, parcel));
    request.onabort = () => this.#drop(item);
    request.open('POST', `${this.#path}?stream=${stream}`);
    request.setRequestHeader('Accept', 'application/json');
    request.setRequestHeader('X-CSRFToken', csrfToken());
    request.send(body);
  }

  #settle(item, parcel, { status, responseText }) {
    const answer = parse(responseText);
    if (status < 300) {
      this.#drop(item);
      this.#tell(answer);
    } else if (status === 429 || status >= 500) {
      this.#fail(item, explain(status, answer), () => this.#send(item, parcel));
    } else this.#fail(item, explain(status, answer));
  }

  #fail(item, text, again) {
    item.dataset.state = 'failed';
    item.querySelector('[data-fate]').textContent = text;
    const retry = item.querySelector('[data-retry]');
    retry.hidden = !again;
    retry.onclick = again;
    this.#offer(item, 'Dismiss', () => this.#drop(item));
  }

  /** It may be sent just when somebody is about to cancel it. */
  #drop(item) {
    const hadFocus = item.contains(document.activeElement);
    item.remove();
    if (hadFocus) this.#list.closest('[role=log]').focus({ preventScroll: true });
  }

  #offer(item, label, act) {
    const button = item.querySelector('[data-cancel]');
    button.textContent = label;
    button.onclick = act;
    if (item.dataset.state === 'sending') {
      item.querySelector('[data-fate]').textContent = 'Sending';
      item.querySelector('[data-retry]').hidden = true;
    }
  }
}

const namesOf = (types) => types.map((type) => type.split('/').at(-1).replace('plain', 'txt')).join(', ');

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
