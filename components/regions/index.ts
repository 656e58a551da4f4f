export { RegionSettings } from "./regions.settings.ts";
