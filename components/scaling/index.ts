export { ScalingSettings } from "./scaling.settings.ts";
