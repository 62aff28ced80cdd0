extension MosquittoConfiguration {
  /// The text of `infra/mosquitto/mosquitto.conf.template`.
  package static let template = """
    # mosquitto 2.0 for SealedBeat: one listener, TLS 1.2 or later, nobody without a certificate.

    listener @PORT@ @BIND_ADDRESS@
    user @USER@

    # Who: the common name of a certificate is the user name, and the client id too. Without the second rule a device could
    # connect as client "svc.broker" and throw the broker out of its session.
    require_certificate true
    use_identity_as_username true
    use_username_as_clientid true
    allow_anonymous false
    cafile @CLIENT_CA@
    certfile @SERVER_CERTIFICATE@
    keyfile @SERVER_KEY@

    # "tlsv1.2" is the least version. For 1.2 only forward secrecy with authenticated encryption; 1.3 has nothing else.
    tls_version tlsv1.2
    ciphers ECDHE+AESGCM:ECDHE+CHACHA20

    # What: nothing, unless the plugin allows it. The gatekeeper tells the plugin which devices there are; each writes and reads
    # under its own name only. The plugin rewrites its file at each change, so its directory must be writable.
    plugin @ACCESS_PLUGIN@
    plugin_opt_config_file @ACCESS_FILE@

    # Sizes: a chunk has at most 1,024 bytes. Up to 2,048 reach the broker, which counts and quarantines them; beyond that
    # nothing is carried, the gatekeeper's messages included.
    message_size_limit 2048
    max_packet_size 4096

    # Queues: the broker's is the one that matters. 1,000 messages in flight cover a round trip at thousands of devices; 20,000
    # waiting ones (10 MB) cover a restart of the broker. What overflows is not lost: a device keeps a chunk until its receipt.
    max_inflight_messages 1000
    max_queued_messages 20000
    max_queued_bytes 33554432
    max_connections -1
    max_keepalive 600
    persistent_client_expiration 1d

    # Nothing rests here: a message that a crash takes away has no receipt yet, so its device sends it again, and the status
    # of a link is told anew with each connection. One place less to keep, to back up and to erase.
    persistence false

    # The statistics topics are not needed, and nobody may read them.
    sys_interval 0
    set_tcp_nodelay true

    # Connections and refusals, never payloads. The gatekeeper reads the notices: a certificate is all that a connection needs,
    # so it is the one to see that somebody is here who should not be, and to end it.
    log_dest stderr
    log_dest topic
    log_type error
    log_type warning
    log_type notice
    log_timestamp true
    log_timestamp_format %Y-%m-%dT%H:%M:%S
    connection_messages true

    """
}
