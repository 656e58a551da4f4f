export { haproxyConfiguration, PROXY_HEALTH, type ProxyRoute } from "./haproxy.plan.ts";
export { ProxySettings } from "./proxy.settings.ts";
