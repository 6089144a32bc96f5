{{/* What every object of this release is called by. */}}
{{- define "vigil.labels" -}}
app.kubernetes.io/name: vigil
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* What finds the pods of one service. Takes root and name. */}}
{{- define "vigil.selector" -}}
app.kubernetes.io/name: vigil
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{- define "vigil.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end }}

{{/* How every pod runs, whatever it does. */}}
{{- define "vigil.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "vigil.container" -}}
image: {{ include "vigil.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}

{{/* The servers, and where the files with the secrets are. Takes root and kafkaUser. */}}
{{- define "vigil.servers" -}}
{{- $values := .root.Values -}}
- { name: KAFKA_BROKERS, value: {{ $values.kafka.brokers | quote }} }
- { name: KAFKA_CLIENT_ID, value: {{ .kafkaUser | quote }} }
- { name: KAFKA_SSL, value: {{ $values.kafka.tls | quote }} }
{{- if $values.kafka.ownAuthority }}
- { name: KAFKA_SSL_CA_FILE, value: /run/secrets/vigil/kafka-ca.pem }
{{- end }}
{{- if $values.kafka.clientCertificate }}
- { name: KAFKA_SSL_CERT_FILE, value: /run/secrets/vigil/kafka.pem }
- { name: KAFKA_SSL_KEY_FILE, value: /run/secrets/vigil/kafka-key.pem }
{{- end }}
{{- with $values.kafka.login }}
- { name: KAFKA_SASL_MECHANISM, value: {{ . | quote }} }
- { name: KAFKA_SASL_USERNAME, value: {{ $.kafkaUser | quote }} }
- { name: KAFKA_SASL_PASSWORD_FILE, value: /run/secrets/vigil/kafka-password }
{{- end }}
- { name: REDIS_URL_FILE, value: /run/secrets/vigil/redis-url }
- { name: REDIS_CLUSTER, value: {{ $values.redis.cluster | quote }} }
- { name: SCHEMA_REGISTRY_URL, value: {{ $values.registry.url | quote }} }
{{- with $values.registry.username }}
- { name: SCHEMA_REGISTRY_USERNAME, value: {{ . | quote }} }
- { name: SCHEMA_REGISTRY_PASSWORD_FILE, value: /run/secrets/vigil/registry-password }
{{- end }}
- { name: VIGIL_DEPLOYMENT, value: {{ $values.deployment | quote }} }
- { name: VIGIL_TOPIC_PREFIX, value: {{ $values.topicPrefix | quote }} }
{{- end }}
