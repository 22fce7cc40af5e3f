/**
 * The body of the answer to a notification (HTTP 200, JSON; it needs no signature). `processed` also for what was ignored
 * or seen before; `failed` makes the acquirer send it again later (source: "Notification" page, in-store Java library).
 */
export function notificationAck(outcome: 'processed' | 'failed'): string {
  return JSON.stringify({
    result:
      outcome === 'processed'
        ? { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' }
        : { resultCode: 'UNKNOWN_EXCEPTION', resultStatus: 'U', resultMessage: 'try again' },
  });
}
