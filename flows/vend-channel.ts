/**
 * With relays a channel is a number from 1 on. Where the host app or a machine delivers (`channelCount` undefined), any text is
 * accepted.
 */
export function isVendChannel(channel: string, channelCount: number | undefined): boolean {
  return channelCount === undefined || (/^[1-9]\d{0,3}$/.test(channel) && Number(channel) <= channelCount);
}

/** What a channel has to be, as a text that follows the name of a field. */
export function channelHint(channelCount: number): string {
  return channelCount === 1
    ? 'has to be 1: there is one vend channel'
    : `has to be 1 to ${channelCount}: there are ${channelCount} vend channels`;
}
