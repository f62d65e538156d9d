{{- define "windmill.labels" -}}
app.kubernetes.io/name: windmill
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* A service's name where an underscore may not stand. */}}
{{- define "windmill.dns" -}}
{{- . | replace "_" "-" -}}
{{- end }}

{{/* service_config.json */}}
{{- define "windmill.serviceConfig" -}}
{{- $worker := .Values.worker -}}
{{- $services := dict -}}
{{- range $name, $service := .Values.services -}}
  {{- $entry := omit $service "minReplicas" "maxReplicas" "jobsPerReplica" "resources" "nodeSelector" "tolerations" -}}
  {{- $entry = merge $entry (dict "host" (include "windmill.dns" $name) "concurrency" $worker.concurrency) -}}
  {{- $_ := set $entry "timeout" (printf "%d seconds" (int (default $worker.timeout $service.timeout))) -}}
  {{- $_ := set $services $name $entry -}}
{{- end -}}
{{- dict "services" $services | toPrettyJson -}}
{{- end }}

{{/* The pod of a program: root, component, args, resources, drain (seconds), and what else a pod may have. */}}
{{- define "windmill.pod" -}}
metadata:
  labels:
    {{- include "windmill.labels" . | nindent 4 }}
  annotations:
    prometheus.io/scrape: "true"
    prometheus.io/port: "9464"
    windmill/config: {{ include "windmill.serviceConfig" .root | sha256sum | trunc 16 }}
spec:
  {{- with .root.Values.imagePullSecrets }}
  imagePullSecrets: {{ toYaml . | nindent 4 }}
  {{- end }}
  automountServiceAccountToken: false
  # Longer than DRAIN_WITHIN: what is in hand is finished before the program is killed.
  terminationGracePeriodSeconds: {{ add .drain 10 }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
    seccompProfile: { type: RuntimeDefault }
  {{- with .nodeSelector }}
  nodeSelector: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with .tolerations }}
  tolerations: {{ toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: windmill
      image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}"
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      args: {{ toJson .args }}
      env:
        - { name: AMQP_URL_FILE, value: /etc/windmill-secrets/amqp-url }
        - { name: DATABASE_URL_FILE, value: /etc/windmill-secrets/database-url }
        - { name: DRAIN_WITHIN, value: {{ printf "%d seconds" (int .drain) | quote }} }
        {{- range $name, $value := merge (dict) (.env | default dict) .root.Values.env }}
        - { name: {{ $name }}, value: {{ $value | quote }} }
        {{- end }}
      ports:
        - { name: metrics, containerPort: 9464 }
        {{- range .ports }}
        - {{ toJson . }}
        {{- end }}
      # Up to five minutes to start: programs wait for their servers by themselves.
      startupProbe: { httpGet: { path: /healthz, port: metrics }, periodSeconds: 5, failureThreshold: 60 }
      livenessProbe: { httpGet: { path: /healthz, port: metrics }, periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 3 }
      readinessProbe: { httpGet: { path: /readyz, port: metrics }, periodSeconds: 10, timeoutSeconds: 5 }
      resources: {{ toYaml .resources | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      volumeMounts:
        - { name: config, mountPath: /etc/windmill, readOnly: true }
        - { name: secrets, mountPath: /etc/windmill-secrets, readOnly: true }
        - { name: tmp, mountPath: /tmp }
        {{- if .root.Values.pictures }}
        - { name: pictures, mountPath: {{ .root.Values.picturesPath }}, readOnly: true }
        {{- end }}
        {{- range .volumeMounts }}
        - {{ toJson . }}
        {{- end }}
  volumes:
    - { name: config, configMap: { name: {{ .root.Release.Name }}-services } }
    - { name: secrets, secret: { secretName: {{ .root.Values.secretName }} } }
    - { name: tmp, emptyDir: { sizeLimit: 1Gi } }
    {{- with .root.Values.pictures }}
    - {{ merge (dict "name" "pictures") . | toJson }}
    {{- end }}
    {{- range .volumes }}
    - {{ toJson . }}
    {{- end }}
{{- end }}

{{/* A ScaledObject: root, target, component, min, max, triggers. */}}
{{- define "windmill.scaledObject" -}}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {{ .target }}
  labels:
    {{- include "windmill.labels" . | nindent 4 }}
spec:
  scaleTargetRef: { name: {{ .target }} }
  minReplicaCount: {{ .min }}
  maxReplicaCount: {{ .max }}
  pollingInterval: {{ .root.Values.keda.pollingInterval }}
  cooldownPeriod: {{ .root.Values.keda.cooldownPeriod }}
  triggers:
    {{- range .triggers }}
    - {{ toJson . }}
    {{- end }}
{{- end }}
