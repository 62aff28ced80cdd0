import Gatekeeper
import Testing
import Wire

@Suite("Messages of the access plugin")
struct PluginMessageTests {
  @Test func theLongestRequestFitsIntoMosquittosLimit() throws {
    let device = DeviceID.named(String(repeating: "d", count: 32))
    let other = DeviceID.named(String(repeating: "e", count: 32))
    let admission = { (device: DeviceID) -> [PluginCommand] in
      [.createRole(device), .createClient(device, hasRole: false), .addClientRole(device)]
    }
    let two = try PluginCommand.message(admission(device) + admission(other), correlation: String(UInt64.max))
    #expect(two.count <= PluginCommand.requestLimit)
    let mended = try PluginCommand.message(
      [.deleteClient(device), .deleteRole(device)] + admission(device) + [.deleteRole(other)],
      correlation: String(UInt64.max))
    #expect(mended.count <= PluginCommand.requestLimit)
  }

  @Test func commandsAreSpelledAsThePluginReadsThem() throws {
    let device = DeviceID.named("ward-7")
    let message = try PluginCommand.message(
      [.createClient(device, hasRole: true), .deleteClient(device)], correlation: "9")
    #expect(
      String(decoding: message, as: UTF8.self) == """
        {"commands":[{"command":"createClient","correlationData":"9","roles":[{"rolename":"ward-7"}],"username":"ward-7"},\
        {"command":"deleteClient","username":"ward-7"}]}
        """)
  }

  @Test func answersOfTheRealPluginAreRead() throws {
    // As Debian's mosquitto 2.0.11 wrote them.
    let text = """
      {"responses":[{"command":"listClients","correlationData":"x1","data":{"totalCount":3,"clients":[
      {"username":"dev-one","disabled":true,"roles":[{"rolename":"dev-one"}],"groups":[]},
      {"username":"dev-two","roles":[{"rolename":"dev-two"}],"groups":[]},
      {"username":"svc.broker","roles":[{"rolename":"svc.broker"}],"groups":[]}]}},
      {"command":"deleteClient","error":"Client not found"}]}
      """
    let answer = try #require(PluginAnswer(decoding: Array(text.utf8)))
    #expect(answer.correlation == "x1")
    #expect(answer.results[0].clients.map(\.isWhole) == [false, true, true])
    #expect(answer.results[1].isDone(.deleteClient(.named("dev-one"))))
    #expect(!answer.results[1].isDone(.addClientRole(.named("dev-one"))))
    for rubbish in ["", "{}", "[]", "{\"responses\":5}", "{\"responses\":[{\"data\":{\"clients\":[{}]}}]}", "\u{0}"] {
      #expect(PluginAnswer(decoding: Array(rubbish.utf8)) == nil)
    }
  }

  @Test(
    arguments: [
      (
        "2026-11-27T13:50:16: New client connected from 127.0.0.1:50005 as dev-one (p2, c1, k60, u'dev-one').",
        "dev-one"
      ),
      ("New client connected from ::1:9 as dev-two (p2, c0, k60, u'dev-two').", "dev-two"),
      ("New client connected from 127.0.0.1:1 as svc.broker (p2, c1, k60, u'svc.broker').", nil),
      ("New connection from 127.0.0.1:50005 on port 49567.", nil), ("Client dev-one disconnected.", nil),
      ("New client connected from ", nil), ("New client connected from a as ", nil), ("", nil),
    ] as [(String, String?)])
  func noticesNameWhoConnected(line: String, expected: String?) {
    #expect(ConnectionNotice(line: line)?.device.name == expected)
  }

  @Test func theAccessFileNamesDevicesAndServicesAndNothingElse() throws {
    let text = try AccessFile(devices: [.named("ward-7")]).render()
    for part in ["svc.broker", "svc.gatekeeper", "ward-7", "sb/1/ward-7/chunk"] { #expect(text.contains(part)) }
    #expect(!text.contains("password"))
    #expect(AccessFile.isReadable(Array(text.utf8)))
    for broken in ["", "{}", String(text.dropLast(9)), text.replacing("sb/1/+/chunk", with: "sb/1/+/old")] {
      #expect(!AccessFile.isReadable(Array(broken.utf8)))
    }
  }
}
