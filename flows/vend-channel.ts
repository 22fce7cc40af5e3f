/**
 * What is wrong with a vend channel, in words that follow a field's name; undefined where nothing is. With relays a channel
 * is a number from 1 on; where the host app or a machine delivers (`channelCount` undefined), it is theirs to know.
 */
export function channelProblem(channel: string, channelCount: number | undefined): string | undefined {
  if (channelCount === undefined) return undefined;
  if (/^[1-9]\d{0,3}$/.test(channel) && Number(channel) <= channelCount) return undefined;
  return channelCount === 1
    ? 'has to be 1: there is one vend channel'
    : `has to be 1 to ${channelCount}: there are ${channelCount} vend channels`;
}
