package import HTTPTypes

/// Every request that the API answers. A route exists only as a case here, and every case has a rule in ``Access``.
package enum Endpoint: String, CaseIterable, Sendable {
  case showSession
  case signIn
  case signOut
  case showWard
  case showPatient
  case showStrip
  case showSpectrum
  case listAlerts
  case acknowledgeAlert
  case streamEvents
  case listPatients
  case addPatient
  case listDevices
  case assignDevice
  case listAccounts
  case addAccount
  case changeAccount

  /// The path, with parameters in braces.
  package var path: String {
    switch self {
    case .showSession, .signIn, .signOut: "/api/session"
    case .showWard: "/api/ward"
    case .showPatient: "/api/patients/{pseudonym}"
    case .showStrip: "/api/patients/{pseudonym}/strip"
    case .showSpectrum: "/api/patients/{pseudonym}/spectrum"
    case .listAlerts: "/api/alerts"
    case .acknowledgeAlert: "/api/alerts/{alert}/acknowledge"
    case .streamEvents: "/api/events"
    case .listPatients, .addPatient: "/api/patients"
    case .listDevices: "/api/devices"
    case .assignDevice: "/api/devices/{device}/assignment"
    case .listAccounts, .addAccount: "/api/accounts"
    case .changeAccount: "/api/accounts/{account}"
    }
  }

  /// The method.
  package var method: HTTPRequest.Method {
    switch self {
    case .showSession, .showWard, .showPatient, .showStrip, .showSpectrum, .listAlerts, .streamEvents, .listPatients,
      .listDevices, .listAccounts:
      .get
    case .signIn, .acknowledgeAlert, .addPatient, .addAccount: .post
    case .assignDevice: .put
    case .changeAccount: .patch
    case .signOut: .delete
    }
  }

  /// Whether it changes something: then the request must prove that one of our own pages sent it.
  package var changesState: Bool { method != .get }
}
