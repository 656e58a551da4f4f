import { pulumiForKubernetes } from "./engine.ts";
import { describeLife, SHORT } from "./life/describe-life.ts";
import { kubernetesTarget } from "./life/kubernetes.ts";

describeLife("Kubernetes", { pulumi: pulumiForKubernetes(), start: kubernetesTarget, form: SHORT });
