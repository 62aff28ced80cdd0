/// Signing in, and this document.
extension Operation {
  static let session: [Endpoint: Operation] = [
    .showDocument: Operation("This document", answers: .schema(.object([:]))),
    .showSession: Operation("Who is signed in", answers: .json(SessionView.self)),
    .signIn: Operation(
      "Signs in: sets the cookie, and gives the token that changes need",
      body: .json(DashboardAPI.Credentials.self), answers: .json(SessionView.self),
      problems: [.wrongPassword, .tooManyAttempts(retryAfterSeconds: 15), .overloaded]),
    .signOut: Operation("Signs out"),
    .challengePasskey: Operation(
      "A challenge for a passkey, for this browser and five minutes", answers: .json(PasskeyChallengeView.self),
      problems: [.noPasskeys]),
    .signInWithPasskey: Operation(
      "Signs in with a passkey alone, which verified who holds it", body: .json(PasskeyAnswer.self),
      answers: .json(SessionView.self),
      problems: [.wrongPassword, .tooManyAttempts(retryAfterSeconds: 15), .vaultUnavailable]),
  ]
}
