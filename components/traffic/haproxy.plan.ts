/** What a proxy before a workload needs to know. */
export interface ProxyRoute {
  /** Name of frontend and backends. */
  readonly name: string;
  /** Where the proxy listens, such as `*:8080`. */
  readonly bind: string;
  /** PEM file with key and certificate chain; `undefined`: plain HTTP. */
  readonly certificate: string | undefined;
  /** Name that the engine's DNS answers with the address of every replica. */
  readonly target: string;
  readonly targetPort: number;
  /** Replicas at once, those of an update among them. */
  readonly replicasMax: number;
  readonly readyPath: string;
  readonly checkIntervalSeconds: number;
  readonly maxConnections: number;
  /** Longest silence within an answer, and longest that a replaced proxy keeps its streams. */
  readonly timeoutSeconds: number;
  readonly drainSeconds: number;
  /** The engine's name server, such as `127.0.0.11`. */
  readonly nameServer: string;
}

/** Port and path of the proxy's own health, on its loopback. */
export const PROXY_HEALTH = { port: 8404, path: "/health" } as const;

/** Largest request that HAProxy can send a second time: with its head it must fit a buffer. */
const BUFFER_BYTES = 65_536;
const SLOTS_MIN = 16;
/** Records of many replicas don't fit the 512 bytes of plain DNS. */
const DNS_ANSWER_BYTES = 8192;

/**
 * What may be sent a second time, to another replica. A turn: only what no agent has begun, a refused connection or the
 * 503 of one that drains. What HTTP calls safe: also what a crashed agent left without an answer.
 */
const RETRY_ON = { turns: "conn-failure 503", reads: "conn-failure empty-response 503" } as const;
/** A broken connection costs a try at once, each refused one a second: the names tell late who follows a crashed agent. */
const RETRIES = 5;

/**
 * HAProxy's configuration: it finds replicas by DNS, asks each whether it takes turns, and passes streams on unbuffered.
 * A new version of the workload changes nothing in it, so no deployment reloads the proxy.
 */
export function haproxyConfiguration(route: ProxyRoute): string {
  const tls = route.certificate === undefined ? "" : ` ssl crt ${route.certificate} alpn h2,http/1.1`;
  return `global
  log stdout format raw local0 info
  maxconn ${route.maxConnections}
  tune.bufsize ${BUFFER_BYTES}
  # A process that a reload has replaced ends its streams first.
  hard-stop-after ${route.drainSeconds}s

defaults
  mode http
  log global
  option httplog
  option dontlognull
  # A token of a stream is passed on when it comes.
  option http-no-delay
  # The agent counts requests by client, not by proxy; what a client says of itself comes before it.
  option forwardfor
  # A connection that an ending agent closes while it rests can't take a request with it.
  option http-server-close
  timeout connect 2s
  timeout http-request 15s
  timeout client ${route.timeoutSeconds}s
  timeout server ${route.timeoutSeconds}s
  timeout http-keep-alive 10s
  timeout queue 10s
  timeout check 5s

resolvers engine
  nameserver engine ${route.nameServer}:53
  accepted_payload_size ${DNS_ANSWER_BYTES}
  resolve_retries 3
  timeout resolve 1s
  timeout retry 1s
  hold valid 1s
  hold obsolete 1s

frontend health
  bind 127.0.0.1:${PROXY_HEALTH.port}
  monitor-uri ${PROXY_HEALTH.path}

frontend ${route.name}
  bind ${route.bind}${tls}
  acl reads method GET HEAD OPTIONS
  # Each backend checks for itself, at times of its own: what one of them knows, the other may not know yet.
  use_backend ${route.name}-reads if reads { nbsrv(${route.name}-reads) gt 0 }
  use_backend ${route.name}-reads-any if reads
  use_backend ${route.name}-turns if { nbsrv(${route.name}-turns) gt 0 }
  default_backend ${route.name}-turns-any

${backend(route, "turns")}
${backend(route, "reads")}
${anyBackend(route, "turns")}
${anyBackend(route, "reads")}`;
}

/** Places for replicas, with room: another number of them must not change the proxy, which would have to be replaced. */
function serverSlots(replicas: number): number {
  return Math.max(SLOTS_MIN, 2 ** Math.ceil(Math.log2(replicas)));
}

function backend(route: ProxyRoute, kind: keyof typeof RETRY_ON): string {
  const slots = serverSlots(route.replicasMax);
  return `backend ${route.name}-${kind}
  balance leastconn
  option httpchk
  # An agent refuses what names no host.
  http-check send meth GET uri ${route.readyPath} ver HTTP/1.1 hdr Host ${route.target}
  http-check expect status 200
  # An agent that drains answers 503 before it begins a turn: the request goes to another one.
  retries ${RETRIES}
  option redispatch 1
  retry-on ${RETRY_ON[kind]}
  default-server init-addr none resolvers engine resolve-prefer ipv4
  # One late answer of a busy agent is no reason to leave it; a dead one is left at once, since its requests go elsewhere.
  server-template ${route.name} 1-${slots} ${route.target}:${route.targetPort} check inter ${route.checkIntervalSeconds}s fall 5 rise 1
`;
}

/**
 * Where no agent has answered a check, too much to do must not become nothing done, and a proxy that has just started
 * must not refuse: the name is looked up for the request, which waits for it.
 */
function anyBackend(route: ProxyRoute, kind: keyof typeof RETRY_ON): string {
  return `backend ${route.name}-${kind}-any
  http-request do-resolve(txn.agent,engine,ipv4) str(${route.target})
  http-request set-dst var(txn.agent)
  http-request set-dst-port int(${route.targetPort})
  retries 3
  retry-on ${RETRY_ON[kind]}
  server any 0.0.0.0:0
`;
}
