import { LONG } from "../pulumi/life/describe-life.ts";
import { describeDesktopLives } from "../pulumi/life/desktop-lives.ts";

describeDesktopLives(LONG);
