import { createInterface } from 'node:readline';
import { follow } from './follow.mjs';

const [client, url, channels, options] = process.argv.slice(2);
const { connect } = await import(client);
let lastSocket;

class WebSocket extends globalThis.WebSocket {
  constructor(address) {
    super(address);
    lastSocket = this;
  }
}

const askForTicket = async () => {
  const headers = { Authorization: `Bearer ${process.env.TOKEN}`, 'Content-Type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: process.env.TICKET_REQUEST });
  return (await answer.json()).url;
};

const say = (what) => console.log(JSON.stringify(what));
const live = follow(connect, url.startsWith('http') ? askForTicket : url, JSON.parse(channels), { WebSocket, ...JSON.parse(options) }, say);
for await (const order of createInterface({ input: process.stdin })) {
  if (order === 'close') live.close();
  if (order === 'hang up') lastSocket.close();
  if (order.startsWith('type ')) live.type(order.slice(5), true);
  if (order.startsWith('clear ')) live.type(order.slice(6), false);
  if (order.startsWith('drop ')) live.unsubscribe(order.slice(5));
}
