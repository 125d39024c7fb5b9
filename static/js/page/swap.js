/** Writes `text` over `target` in one of htmx's ways, `how`; the DOM has changed on return. */
export const swap = (target, text, how) => window.htmx.swap({ text, sourceElement: target, target, swap: how, transition: false });
