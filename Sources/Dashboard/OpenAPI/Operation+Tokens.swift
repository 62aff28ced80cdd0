/// Tokens of programs.
extension Operation {
  static let tokens: [Endpoint: Operation] = [
    .listTokens: Operation(
      "Tokens of one's own; of everybody for administrators and auditors", answers: .json(ListView<TokenView>.self)),
    .createToken: Operation(
      "Makes a token in one's own name, told this one time",
      body: .json(
        DashboardAPI.NewToken.self,
        [
          "name": .text(1...64), "days": .integer(TokenAdministration.days),
          "scopes": .list(.choice(TokenScope.allCases.map(\.rawValue))),
        ]),
      answers: .json(MadeTokenView.self),
      problems: [
        APIProblem(AccountError(.badToken, "The name, the days or a scope cannot be a token's, or there are 20."))
      ]),
    .revokeToken: Operation(
      "Ends a token", problems: [APIProblem(AccountError(.unknown, "There is no such token."))]),
  ]
}
