import { checkServerSettings } from "../support/walk.server-effects.ts";

checkServerSettings("kubernetes");
