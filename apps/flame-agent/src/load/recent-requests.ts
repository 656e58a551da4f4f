/** Seconds that are looked back at. */
const WINDOW_SECONDS = 60;

/** What the requests of one second add up to. */
interface Second {
  at: number;
  requests: number;
  failed: number;
  milliseconds: number;
}

/** The requests of the last minute, summed up second by second: 60 small objects, however many requests there are. */
export class RecentRequests {
  readonly #seconds: Second[] = Array.from({ length: WINDOW_SECONDS }, () => emptySecond(-WINDOW_SECONDS));

  /** Adds a request that took so long to begin its response; `failed`: with a status of 500 or more. */
  add(milliseconds: number, failed: boolean, nowMilliseconds = performance.now()): void {
    const at = Math.floor(nowMilliseconds / 1000);
    const slot = at % WINDOW_SECONDS;
    const known = this.#seconds[slot];
    const second = known?.at === at ? known : emptySecond(at);
    second.requests += 1;
    second.failed += failed ? 1 : 0;
    second.milliseconds += milliseconds;
    this.#seconds[slot] = second;
  }

  summary(nowMilliseconds = performance.now()): {
    readonly requests: number;
    /** Share that failed, from 0 to 1. */
    readonly errorRate: number;
    readonly averageResponseMilliseconds: number;
  } {
    const now = Math.floor(nowMilliseconds / 1000);
    const recent = this.#seconds.filter(({ at }) => now - at < WINDOW_SECONDS);
    const sum = (value: (second: Second) => number) => recent.reduce((total, second) => total + value(second), 0);
    const requests = sum((second) => second.requests);
    const share = (part: number) => (requests === 0 ? 0 : part / requests);
    return {
      requests,
      errorRate: share(sum(({ failed }) => failed)),
      averageResponseMilliseconds: share(sum(({ milliseconds }) => milliseconds)),
    };
  }
}

function emptySecond(at: number): Second {
  return { at, requests: 0, failed: 0, milliseconds: 0 };
}
