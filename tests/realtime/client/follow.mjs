/** What any program does with the client: follows channels and says, a line each, what it is told. */
export function follow(connect, url, channels, options, say) {
  const live = connect(url, options);
  live.addEventListener('state', ({ detail }) => say({ state: detail.state }));
  live.addEventListener('reset', ({ detail }) => say({ reset: detail.channels }));
  live.addEventListener('presence', ({ detail }) => say({ presence: detail.count }));
  live.addEventListener('typing', ({ detail }) => say({ typing: detail }));
  for (const [channel, since] of Object.entries(channels)) {
    live.subscribe(channel, { since, token: options.tokens?.[channel] }, ({ type, event, offset, version, data }) => {
      if (type === 'message') say({ channel, event, offset, version, data });
    });
  }
  return live;
}
