/** The bubbles that are not in the log yet: on their way, held back, or refused. They stand below the log, newest last. */
export class Pending {
  #list;
  #template;

  constructor(list, template) {
    [this.#list, this.#template] = [list, template];
  }

  find(id) {
    return this.#list.querySelector(`[data-client-id="${CSS.escape(id)}"]`);
  }

  /** `state` is sending, held or failed; `text` says what to do about it. */
  show({ id, body, stream }, state, text) {
    const item = this.find(id) ?? this.#make(id, stream);
    item.querySelector('[data-body]').textContent = body;
    item.dataset.state = state;
    item.querySelector('[data-fate]').textContent = text;
    for (const button of item.querySelectorAll('[data-retry], [data-delete]')) button.hidden = state !== 'failed';
    return item;
  }

  remove(id) {
    this.find(id)?.remove();
  }

  #make(id, stream) {
    const item = this.#template.content.firstElementChild.cloneNode(true);
    item.dataset.clientId = id;
    item.dataset.stream = stream;
    this.#list.append(item);
    return item;
  }
}

export function fateOf(state, { text, seconds }) {
  if (state === 'failed') return text;
  if (state === 'held') return `That was fast. Goes out in ${seconds} s`;
  return 'Sending';
}
