export { MonitoringSettings } from "./monitoring.settings.ts";
