{{- define "okno.labels" -}}
app.kubernetes.io/name: okno
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "okno.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "okno.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "okno.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "okno.env" -}}
- name: OKNO_BASE_URL
  value: {{ .Values.baseURL | quote }}
{{- range $name, $value := .Values.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "okno.mounts" -}}
- name: data
  mountPath: /data
- name: tmp
  mountPath: /tmp
- name: keys
  mountPath: /keys
{{- end }}

{{- define "okno.volumes" -}}
- name: data
  emptyDir: {}
- name: tmp
  emptyDir: {}
- name: keys
  persistentVolumeClaim:
    claimName: {{ .Values.keysetClaim }}
{{- end }}
