{{- define "monette.image" -}}
{{ .Values.image.repository }}{{ if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ .Values.image.tag }}{{ end }}
{{- end }}

{{- /* Labels of a part: dict "root" $ "part" "code" */}}
{{- define "monette.labels" -}}
app.kubernetes.io/name: monette
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
{{ include "monette.part" . }}
{{- end }}

{{- define "monette.part" -}}
app.kubernetes.io/part-of: monette
monette/part: {{ .part }}
{{- end }}

{{- define "monette.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "monette.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- /* What code location and runs have in their environment beside the settings */}}
{{- define "monette.environment" -}}
- {name: DAGSTER_HOME, value: /opt/dagster}
- {name: HOME, value: /tmp}
- {name: MONETTE_HOME, value: /data}
- {name: MONETTE_GROUP, value: /group}
- name: POSTGRES_PASSWORD
  valueFrom: {secretKeyRef: {name: monette-database, key: password}}
{{- end }}

{{- /* The part of a machine of the pool that a run asks for, unless the settings say another */}}
{{- define "monette.machineShare" -}}
{{- $asked := .Values.runs.resources.requests.cpu | toString }}
{{- $cpus := ternary (divf (trimSuffix "m" $asked) 1000) (divf $asked 1) (hasSuffix "m" $asked) }}
{{- if gt $cpus (float64 .Values.runs.nodeCpus) }}
{{- fail (printf "runs.resources.requests.cpu: expected at most runs.nodeCpus (%v), found %s" .Values.runs.nodeCpus $asked) }}
{{- end }}
{{- round (divf $cpus .Values.runs.nodeCpus) 6 }}
{{- end }}

{{- /* Where a container may write, and what it reads: dict "home" true, "vault" true */}}
{{- define "monette.mounts" -}}
{{- if .vault }}
- {name: vault, mountPath: /vault, readOnly: true}
{{- end }}
- {name: instance, mountPath: /opt/dagster, readOnly: true}
- {name: tmp, mountPath: /tmp}
- {name: logs, mountPath: /logs}
- {name: group, mountPath: /group, readOnly: true}
{{- if .home }}
- {name: home, mountPath: /data}
{{- else }}
- {name: scratch-home, mountPath: /data}
{{- end }}
{{- end }}

{{- /* dict "root" $ "home" true "vault" true "scratch" "4Gi" */}}
{{- define "monette.volumes" -}}
{{- if .vault }}
- name: vault
  csi: {driver: secrets-store.csi.k8s.io, readOnly: true, volumeAttributes: {secretProviderClass: monette-database}}
{{- end }}
- {name: instance, configMap: {name: monette-instance}}
- {name: group, configMap: {name: {{ .root.Values.group.configMap }}}}
- {name: tmp, emptyDir: {sizeLimit: {{ .scratch }}}}
- {name: logs, emptyDir: {sizeLimit: 1Gi}}
{{- if .home }}
- {name: home, persistentVolumeClaim: {claimName: monette-home}}
{{- else }}
- {name: scratch-home, emptyDir: {sizeLimit: 64Mi}}
{{- end }}
{{- end }}

{{- /* A change of what is mounted or set makes pods anew */}}
{{- define "monette.checksum" -}}
checksum/configuration: {{ include (print $.Template.BasePath "/configuration.yaml") . | sha256sum }}
{{- end }}
