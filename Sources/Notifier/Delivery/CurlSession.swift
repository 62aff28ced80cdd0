internal import AlertDelivery
internal import CCurl
internal import Glibc
internal import Sealing

/// One SMTP conversation through libcurl's easy interface (RFC 5321). Blocks the calling thread until it is over.
struct CurlSession {
  /// libcurl is made ready once in a process, before any thread uses it.
  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  let configuration: MailConfiguration
  let recipient: MailAddress
  let message: [UInt8]
  let password: SecretBytes?

  /// Has the conversation.
  /// - Returns: what the server said when it took the message.
  @discardableResult
  func perform() throws(DeliveryFailure) -> DeliveryReceipt {
    guard Self.isReady, let curl = curl_easy_init() else { throw DeliveryFailure(.misconfigured, "libcurl") }
    defer { curl_easy_cleanup(curl) }
    var recipients = curl_slist_append(nil, "<\(recipient.mailbox)>")
    defer { curl_slist_free_all(recipients) }
    guard recipients != nil else { throw DeliveryFailure(.misconfigured, "no memory") }
    var upload = Upload(bytes: message)
    // libcurl tells of each line that the server says.
    var reply = Reply()
    let result = withUnsafeMutablePointer(to: &upload) { upload in
      withUnsafeMutablePointer(to: &reply) { reply in
        configure(curl, upload: upload, reply: reply, recipients: recipients) ?? curl_easy_perform(curl)
      }
    }
    recipients = withExtendedLifetime(upload) { recipients }
    guard result != CURLE_OK else { return DeliveryReceipt(reply.text) }
    var response = 0
    _ = sb_curl_getinfo_long(curl, CURLINFO_RESPONSE_CODE, &response)
    throw Self.failure(result, response: response)
  }

  /// What is left to send.
  struct Upload {
    var bytes: [UInt8]
    var position = 0
  }

  /// What the server said last after the message was sent: its answer to DATA, not to QUIT.
  struct Reply {
    /// Longest line looked at, in octets (RFC 5321 §4.5.3.1.5 and a reserve).
    static let lineLimit = 1024
    var isUploaded = false
    var text = ""
  }

  /// Returns the first failure, or `nil` when everything was accepted.
  private func configure(
    _ curl: UnsafeMutableRawPointer, upload: UnsafeMutablePointer<Upload>, reply: UnsafeMutablePointer<Reply>,
    recipients: UnsafeMutablePointer<curl_slist>?
  ) -> CURLcode? {
    let scheme = configuration.security == .implicitTLS ? "smtps" : "smtp"
    let usesTLS = configuration.security != .none
    var options = CurlOptions(curl: curl)
    options.set(CURLOPT_URL, "\(scheme)://\(configuration.host):\(configuration.port)/\(configuration.sender.domain)")
    // Nothing but SMTP, no proxy from the environment, no signal handlers in a threaded process.
    options.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
    options.set(CURLOPT_PROXY, "")
    options.set(CURLOPT_NOSIGNAL, 1)
    options.set(CURLOPT_CONNECTTIMEOUT, configuration.connectSeconds)
    options.set(CURLOPT_TIMEOUT, configuration.totalSeconds)
    options.set(CURLOPT_USE_SSL, usesTLS ? Int(CURLUSESSL_ALL.rawValue) : Int(CURLUSESSL_NONE.rawValue))
    options.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    options.set(CURLOPT_SSL_VERIFYPEER, 1)
    options.set(CURLOPT_SSL_VERIFYHOST, 2)
    if let authorityFile = configuration.authorityFile {
      options.set(CURLOPT_CAINFO, authorityFile)
      options.set(CURLOPT_CAPATH, nil)
    }
    if let userName = configuration.userName { options.set(CURLOPT_USERNAME, userName) }
    if let password { options.set(CURLOPT_PASSWORD, secret: password) }
    options.set(CURLOPT_MAIL_FROM, "<\(configuration.sender.mailbox)>")
    options.set(CURLOPT_MAIL_RCPT, pointer: recipients)
    options.set(CURLOPT_UPLOAD, 1)
    options.set(CURLOPT_READDATA, pointer: upload)
    options.read { buffer, size, count, context in
      // libcurl hands back READDATA, the Upload that outlives the conversation.
      guard let buffer, let upload = context?.assumingMemoryBound(to: Upload.self) else { return 0 }
      let bytes = upload.pointee.bytes
      let length = min(size * count, bytes.count - upload.pointee.position)
      guard length > 0 else { return 0 }
      bytes.withUnsafeBytes {
        // A non-empty array has an address.
        _ = memcpy(buffer, $0.baseAddress! + upload.pointee.position, length)
      }
      upload.pointee.position += length
      return length
    }
    options.set(CURLOPT_HEADERDATA, pointer: reply)
    options.header { buffer, size, count, context in
      // libcurl hands back HEADERDATA, the Reply that outlives the conversation.
      guard let buffer, let reply = context?.assumingMemoryBound(to: Reply.self) else { return 0 }
      let line = UnsafeRawBufferPointer(start: buffer, count: min(size * count, Reply.lineLimit))
      // 354 asks for the message; the first 250 after it is the receipt.
      let text = String(decoding: line, as: UTF8.self)
      if text.hasPrefix("354") {
        reply.pointee.isUploaded = true
      } else if reply.pointee.isUploaded, reply.pointee.text.isEmpty, text.hasPrefix("250") {
        reply.pointee.text = text
      }
      return size * count
    }
    return options.failure
  }

  private static func failure(_ result: CURLcode, response: Int) -> DeliveryFailure {
    let words = String(cString: curl_easy_strerror(result)) + (response > 0 ? " (SMTP \(response))" : "")
    return switch result {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT, CURLE_GOT_NOTHING,
      CURLE_RECV_ERROR:
      DeliveryFailure(.unreachable, words)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_USE_SSL_FAILED, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_CIPHER:
      DeliveryFailure(.untrusted, words)
    case CURLE_LOGIN_DENIED: DeliveryFailure(.unauthorised, words)
    case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION, CURLE_OUT_OF_MEMORY:
      DeliveryFailure(.misconfigured, words)
    default: DeliveryFailure(response >= 400 ? .refused : .unreachable, words)
    }
  }
}
