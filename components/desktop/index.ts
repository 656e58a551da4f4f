export { DesktopSettings } from "./desktop.settings.ts";
