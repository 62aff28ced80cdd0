import Logging
import Telemetry

/// Every key there is. `sealedbeat config` prints this table; nothing else documents a key.
enum Keys {
  static let dataDirectory = Setting.text(
    "data-dir", "sealedbeat-data", "Directory in which everything rests; made with mode 0700.")
  static let credentialsDirectory = Setting.text(
    "credentials-dir", "",
    "Directory with a service's certificate and key; by default $CREDENTIALS_DIRECTORY, as systemd sets it.")

  static let logLevel = Setting<Logger.Level>.choice("log.level", .info, "Least severe level that is logged.")
  static let logFormat = Setting<LogFormat>.choice(
    "log.format", .automatic, "auto writes JSON unless standard error is a terminal.")

  static let healthHost = Setting.text("health.host", "127.0.0.1", "Address of /metrics, /healthz and /readyz.")
  static let healthPort = Setting.port("health.port", 0, "Port of /metrics, /healthz and /readyz; 0 turns them off.")

  static let mqttHost = Setting.text("mqtt.host", "127.0.0.1", "Host of the MQTT broker.")
  static let mqttPort = Setting.port("mqtt.port", 8883, "Port of the MQTT broker (TLS with client certificates).")
  static let mqttBind = Setting.text("mqtt.bind", "127.0.0.1", "Address on which `up` lets mosquitto listen.")

  static let vaultHost = Setting.text("vault.host", "127.0.0.1", "Host of the key vault.")
  static let vaultPort = Setting.port("vault.port", 8441, "Port of the vault's service listener (mutual TLS).")
  static let vaultEnrolPort = Setting.port("vault.enrol-port", 8442, "Port of the vault's enrolment listener (TLS).")
  static let vaultDeviceKeyPeriod = Setting.number(
    "vault.device-key-period-seconds", 90 * 86_400, in: 10...63_072_000,
    "Crypto-period of a device's data key: when it ends, the device is asked for a new one while it streams.")
  static let vaultTenantKeyPeriod = Setting.number(
    "vault.tenant-key-period-seconds", 365 * 86_400, in: 60...63_072_000,
    "Crypto-period of the tenant key-encryption key: when it ends, every key is moved under a new one.")
  static let vaultBind = Setting.text("vault.bind", "127.0.0.1", "Address on which the vault listens.")

  static let vaultWitnessFile = Setting.text(
    "vault.witness-file", "",
    "File on another disk to which the vault appends the audit log's signed checkpoints; empty for none.")
  static let vaultWitnessURL = Setting.text(
    "vault.witness-url", "",
    "https:// address to which the vault posts the audit log's signed checkpoints; empty for none."
  )
  static let vaultWitnessCA = Setting.text(
    "vault.witness-ca", "", "CA file (PEM) that signs the witness's certificate; empty for the system's.")

  static let retentionDays = Setting.number(
    "store.retention-days", 365, in: 1...36_500,
    "Days of recordings, findings and alerts that a new installation begins with; then `sealedbeat retention` counts.")

  static let decryptorOwner = Setting.text(
    "decryptor.owner", "decryptor-1", "Name of this decryptor; each of several needs its own.")
  static let abnormalThreshold = Setting.fraction(
    "decryptor.threshold", 0.5, in: 0...1,
    "With a model that tells no classes, a beat is abnormal at P(abnormal) of this or more.")
  static let measureStages = Setting.flag(
    "decryptor.measure-stages", false,
    "Measure the CPU time of each stage of the analysis for /metrics; for benchmarks, it costs some clock readings.")
  static let modelFile = Setting.text(
    "decryptor.model", "", "Weights file (safetensors); empty for the built-in default model.")

  static let smtpURL = Setting.text(
    "notifier.smtp.url", "", "smtp://host:port (STARTTLS) or smtps://host:port; empty sends no mail.")
  static let smtpFrom = Setting.text("notifier.smtp.from", "sealedbeat@localhost", "Sender of mails.")
  static let smtpTo = Setting.list("notifier.smtp.to", "Receivers of mails, separated by commas.")
  static let smtpLanguage = Setting.text(
    "notifier.smtp.language", "en", "Language of mails to those receivers: en or de.")
  static let smtpUser = Setting.text("notifier.smtp.user", "", "User name for SMTP AUTH; empty for none.")
  static let smtpPasswordFile = Setting.text(
    "notifier.smtp.password-file", "", "File with the password for SMTP AUTH; by default the credential smtp-password.")
  static let smtpCA = Setting.text(
    "notifier.smtp.ca", "",
    "CA file (PEM) that signs the mail server's certificate; empty for the system's, service-ca for the vault's own.")
  static let webhookURL = Setting.text(
    "notifier.webhook.url", "", "https:// address to POST alerts to; empty for none.")
  static let webhookSecretFile = Setting.text(
    "notifier.webhook.secret-file", "",
    "File with the secret of the webhook's HMAC; by default the credential webhook-secret.")
  static let webhookCA = Setting.text(
    "notifier.webhook.ca", "",
    "CA file (PEM) that signs the webhook's certificate; empty for the system's, service-ca for the vault's own.")
  static let noDataSeconds = Setting.number(
    "notifier.no-data-seconds", 60, in: 5...86_400,
    "Silence after which the no-data alert opens, without a policy file.")
  static let policyFile = Setting.text(
    "notifier.policy-file", "", "JSON file with the alert policy; empty for the defaults (docs/alerts.md).")

  static let dashboardBind = Setting.text("dashboard.bind", "127.0.0.1", "Address on which the dashboard listens.")
  static let dashboardPort = Setting.port("dashboard.port", 8443, "Port of the dashboard (HTTPS).")
  static let dashboardURL = Setting.text(
    "dashboard.url", "", "Address that people type, for links in messages; by default made of host and port.")
  static let dashboardCertificate = Setting.text(
    "dashboard.certificate", "", "Certificate chain (PEM) of the dashboard; by default one that the vault issued.")
  static let dashboardKey = Setting.text(
    "dashboard.key", "", "File with the private key (PEM) of the dashboard's certificate.")

  static let secondFactorRoles = Setting.list(
    "dashboard.second-factor-required-for",
    "Roles (clinician, administrator, auditor) that open nothing without a second factor; empty for none.")
  static let emergencyMinutes = Setting.number(
    "dashboard.emergency-access-minutes", 60, in: 5...1440,
    "How long a patient outside the assignment stays open to a clinician who gave a reason.")
  static let privacyOfficers = Setting.list(
    "notifier.privacy-officer.to",
    "Mail addresses, separated by commas, that are told of every emergency access; needs notifier.smtp.url.")
  static let oidcIssuer = Setting.text(
    "dashboard.oidc.issuer", "", "https:// address of an OpenID Connect provider to sign in at; empty for none.")
  static let oidcClientID = Setting.text(
    "dashboard.oidc.client-id", "sealedbeat", "The dashboard's name at the provider.")
  static let oidcSecretFile = Setting.text(
    "dashboard.oidc.secret-file", "",
    "File with the dashboard's secret at the provider; by default the credential oidc-secret, without it a public client."
  )
  static let oidcName = Setting.text(
    "dashboard.oidc.name", "single sign-on", "What the button on the sign-in page says.")
  static let oidcClaim = Setting.text(
    "dashboard.oidc.account-claim", "preferred_username",
    "Claim of the ID token that is the account's name; people must not be able to change it themselves.")
  static let oidcCreates = Setting.text(
    "dashboard.oidc.creates-accounts-as", "",
    "Role of accounts made for people of the provider who have none; empty lets only those in who have one.")
  static let oidcCA = Setting.text(
    "dashboard.oidc.ca", "", "CA file (PEM) that signs the provider's certificate; empty for the system's.")

  static let mosquitto = Setting.text(
    "up.mosquitto", "/usr/sbin/mosquitto", "The mosquitto that `sealedbeat up` starts.")

  static let mosquittoPlugin = Setting.text(
    "up.mosquitto-plugin", "",
    "mosquitto's dynamic-security plugin; empty to look where packages put it.")

  static let all: [SettingDescription] = [
    dataDirectory.description, credentialsDirectory.description, logLevel.description, logFormat.description,
    healthHost.description, healthPort.description, mqttHost.description, mqttPort.description, mqttBind.description,
    vaultHost.description, vaultPort.description, vaultEnrolPort.description, vaultBind.description,
    vaultDeviceKeyPeriod.description, vaultTenantKeyPeriod.description,
    vaultWitnessFile.description, vaultWitnessURL.description, vaultWitnessCA.description,
    retentionDays.description, decryptorOwner.description, abnormalThreshold.description,
    measureStages.description,
    modelFile.description,
    smtpURL.description, smtpFrom.description, smtpTo.description, smtpLanguage.description, smtpUser.description,
    smtpPasswordFile.description,
    smtpCA.description, webhookURL.description, webhookSecretFile.description, webhookCA.description,
    noDataSeconds.description, policyFile.description, dashboardBind.description, dashboardPort.description,
    dashboardURL.description,
    secondFactorRoles.description, emergencyMinutes.description, privacyOfficers.description, oidcIssuer.description,
    oidcClientID.description, oidcSecretFile.description, oidcName.description, oidcClaim.description,
    oidcCreates.description, oidcCA.description,
    dashboardCertificate.description, dashboardKey.description, mosquitto.description, mosquittoPlugin.description,
  ]
}
