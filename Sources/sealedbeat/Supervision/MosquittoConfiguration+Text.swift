extension MosquittoConfiguration {
  /// The text of `infra/mosquitto/acl`: a device writes and reads under its own name only.
  package static let accessList = """
    # Who may do what. %u is the user name, which mosquitto takes from the client's certificate.
    # Everything that is not allowed here is refused. A line without "user" before it would apply to anonymous clients, of
    # which there are none.

    # A device: its own four topics.
    pattern write sb/1/%u/chunk
    pattern write sb/1/%u/status
    pattern read sb/1/%u/receipt
    pattern read sb/1/%u/command

    # The broker: the other end of them, for every device.
    user svc.broker
    topic read sb/1/+/chunk
    topic read sb/1/+/status
    topic write sb/1/+/receipt
    topic write sb/1/+/command

    """

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

    # What: a device writes and reads under its own name only.
    acl_file @ACCESS_LIST@

    # Sizes: a chunk has at most 1,024 bytes. Up to 2,048 reach the broker, which counts and quarantines them; beyond that
    # nothing is carried.
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

    # Connections and refusals, never payloads.
    log_dest stderr
    log_type error
    log_type warning
    log_type notice
    log_timestamp true
    log_timestamp_format %Y-%m-%dT%H:%M:%S
    connection_messages true

    """
}
