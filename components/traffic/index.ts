export { haproxyConfiguration, type ProxyRoute } from "./haproxy.plan.ts";
