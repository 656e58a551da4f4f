import { pulumiForKubernetes } from "../pulumi/engine.ts";
import { describeLife, LONG } from "../pulumi/life/describe-life.ts";
import { kubernetesTarget } from "../pulumi/life/kubernetes.ts";

describeLife("Kubernetes", { pulumi: pulumiForKubernetes(), start: kubernetesTarget, form: LONG });
