// swift-tools-version: 6.2
import PackageDescription

// One list of settings for every target of ours; each line names the proposal that explains it.
let sharedSwiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  // SE-0335: an existential is written `any P`, so that its cost is visible.
  .enableUpcomingFeature("ExistentialAny"),
  // SE-0444: a member is visible only where its module is imported.
  .enableUpcomingFeature("MemberImportVisibility"),
  // SE-0409: an import is internal unless it says `public`.
  .enableUpcomingFeature("InternalImportsByDefault"),
  // SE-0461: a nonisolated async function runs on its caller's actor.
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  // SE-0480: a warning is an error.
  .treatAllWarnings(as: .error),
]

extension Target.Dependency {
  static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
  static let asyncHTTPClient = product(name: "AsyncHTTPClient", package: "async-http-client")
  static let configuration = product(name: "Configuration", package: "swift-configuration")
  static let crypto = product(name: "Crypto", package: "swift-crypto")
  static let grdb = product(name: "GRDB", package: "GRDB.swift")
  static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
  static let hummingbirdTLS = product(name: "HummingbirdTLS", package: "hummingbird")
  static let hummingbirdTesting = product(name: "HummingbirdTesting", package: "hummingbird")
  static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
  static let jwt = product(name: "JWTKit", package: "jwt-kit")
  static let logging = product(name: "Logging", package: "swift-log")
  static let metrics = product(name: "Metrics", package: "swift-metrics")
  static let metricsCore = product(name: "CoreMetrics", package: "swift-metrics")
  static let nioCore = product(name: "NIOCore", package: "swift-nio")
  static let nioHTTPTypes = product(name: "NIOHTTPTypes", package: "swift-nio-extras")
  static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
  static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
  static let nioSSL = product(name: "NIOSSL", package: "swift-nio-ssl")
  static let nioTLS = product(name: "NIOTLS", package: "swift-nio")
  static let serviceLifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
  static let swiftASN1 = product(name: "SwiftASN1", package: "swift-asn1")
  static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
  static let x509 = product(name: "X509", package: "swift-certificates")
}

let package = Package(
  name: "SealedBeat",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "sealedbeat", targets: ["sealedbeat"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
    .package(url: "https://github.com/apple/swift-certificates", from: "1.21.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
  ],
  targets: [
    // Vocabulary: no dependencies of ours.
    .target(name: "Wire"),
    .target(name: "Cardio"),
    .target(name: "Sealing", dependencies: ["Wire", "COpenSSL", "CGFShare", "CProcess"]),
    .target(name: "Findings", dependencies: ["Wire", "Cardio", "Sealing"]),
    .target(
      name: "Inference", dependencies: ["Cardio", "CInferenceKernels", "CModelWeights"], exclude: ["Resources"]),
    // The networks' weights, embedded by the C compiler: Swift takes a minute over such an array.
    .target(name: "CModelWeights"),
    // Kernels in C: intrinsics for several instruction sets in one binary.
    .target(name: "CInferenceKernels"),
    // Recordings of hours and days: analysis, figures, reports.
    .target(name: "Holter", dependencies: ["Cardio", "Inference"]),
    // Files that leave the system: formats, pure.
    .target(name: "Exports", dependencies: ["Cardio"]),

    // Where keys rest.
    .target(
      name: "KeyVault",
      dependencies: [
        "Wire", "Sealing", "CPKCS11", "CProcess", .asyncHTTPClient, .crypto, .grdb, .hummingbird, .hummingbirdTLS,
        .httpTypes, .logging, .metrics, .metricsCore, .nioCore, .nioHTTP1, .nioPosix, .nioSSL, .serviceLifecycle,
        .swiftASN1, .x509,
      ]),
    .target(
      name: "KeyVaultClient",
      dependencies: ["Wire", "Sealing", .asyncHTTPClient, .crypto, .logging, .nioCore, .nioPosix, .nioSSL, .nioTLS]),

    // Where data rests.
    .target(name: "Store", dependencies: ["Wire", .grdb, .logging, .metrics]),

    // The path of a heartbeat.
    .target(name: "MQTT", dependencies: ["CMosquitto", .logging]),
    .target(
      name: "Broker", dependencies: ["Wire", "Store", "MQTT", .logging, .metrics, .metricsCore, .serviceLifecycle]),
    .target(
      name: "Gatekeeper",
      dependencies: [
        "Wire", "MQTT", "KeyVaultClient", .logging, .metrics, .metricsCore, .serviceLifecycle,
      ]),
    .target(
      name: "Decryptor",
      dependencies: [
        "Wire", "Cardio", "Inference", "Sealing", "Findings", "Store", "KeyVaultClient", .logging, .metrics,
        .serviceLifecycle,
      ]),
    .target(name: "AlertPolicy", dependencies: ["Wire", "Findings", "Store", .crypto]),
    // What is deleted by age, what is held, and the service that does it.
    .target(
      name: "Retention",
      dependencies: ["Wire", "Store", "KeyVaultClient", .logging, .metrics, .metricsCore, .serviceLifecycle]),
    // Who is told of alerts, when and in which order; what people do about them.
    .target(
      name: "AlertDelivery", dependencies: ["Wire", "Sealing", "Findings", "AlertPolicy", "Store", .crypto]),
    .target(
      name: "Notifier",
      dependencies: [
        "Wire", "Cardio", "Sealing", "Findings", "AlertPolicy", "AlertDelivery", "Store", "KeyVaultClient", "CCurl",
        .asyncHTTPClient,
        .crypto,
        .logging, .metrics, .nioCore, .nioHTTP1, .nioSSL, .serviceLifecycle,
      ]),
    // A policy over recordings, on the path of the live system.
    .target(
      name: "AlertTrials",
      dependencies: ["Wire", "Cardio", "Inference", "Findings", "Decryptor", "AlertPolicy", "Store"]),
    .target(
      name: "Dashboard",
      dependencies: [
        "Wire", "Cardio", "Sealing", "Findings", "AlertPolicy", "AlertDelivery", "Store", "KeyVaultClient", "Decryptor",
        "Exports", "Retention",
        "CZlib", "CQREncode", .asyncHTTPClient, .crypto, .hummingbird, .hummingbirdTLS, .httpTypes, .jwt, .logging,
        .metrics, .nioCore, .nioHTTP1, .nioHTTPTypes, .nioSSL, .serviceLifecycle,
      ],
      resources: [.copy("Web")]),

    // The device, and its stand-in on a host.
    .target(
      name: "FirmwareCore",
      path: "Firmware/components/sealedbeat",
      sources: ["src"],
      publicHeadersPath: "include",
      linkerSettings: [.linkedLibrary("mbedcrypto"), .linkedLibrary("mbedx509")]),
    .target(
      name: "DeviceHost",
      dependencies: [
        "Wire", "Cardio", "MQTT", "FirmwareCore", .asyncHTTPClient, .logging, .metrics, .nioCore, .nioHTTP1, .nioSSL,
        .serviceLifecycle,
      ]),

    // Logs, metrics and health for every process.
    .target(
      name: "Telemetry",
      dependencies: [.hummingbird, .logging, .metrics, .metricsCore, .nioCore, .serviceLifecycle]),

    .executableTarget(
      name: "sealedbeat",
      dependencies: [
        "Wire", "Cardio", "Sealing", "Findings", "Inference", "Holter", "KeyVault", "KeyVaultClient", "Store", "MQTT",
        "Broker", "Gatekeeper",
        "Decryptor", "AlertPolicy", "AlertDelivery", "AlertTrials", "Notifier", "Dashboard", "Retention",
        "FirmwareCore",
        "DeviceHost", "Telemetry",
        "CProcess",
        .argumentParser, .asyncHTTPClient,
        .configuration, .logging, .metrics, .nioCore, .nioHTTP1, .nioSSL, .serviceLifecycle, .unixSignals,
      ]),

    // Module maps of Debian's libraries, and nothing else.
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CGFShare", pkgConfig: "libgfshare", providers: [.apt(["libgfshare-dev"])]),
    .systemLibrary(name: "CPKCS11", pkgConfig: "p11-kit-1", providers: [.apt(["libp11-kit-dev"])]),
    .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
    .systemLibrary(name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),

    .systemLibrary(name: "CProcess"),

    .testTarget(name: "WireTests", dependencies: ["Wire"]),
    .testTarget(name: "CardioTests", dependencies: ["Cardio"]),
    .testTarget(name: "SealingTests", dependencies: ["Sealing", "Wire"]),
    .testTarget(name: "FindingsTests", dependencies: ["Findings", "Sealing", "Wire", "Cardio"]),
    .testTarget(name: "InferenceTests", dependencies: ["Inference", "Cardio"]),
    .testTarget(name: "ExportsTests", dependencies: ["Exports", "Cardio"]),
    .testTarget(name: "HolterTests", dependencies: ["Holter", "Cardio", "Inference"]),
    .testTarget(
      name: "KeyVaultTests",
      dependencies: [
        "KeyVault", "KeyVaultClient", "Findings", "Sealing", "Wire", .asyncHTTPClient, .crypto, .grdb, .httpTypes,
        .logging,
        .nioCore, .nioHTTP1, .nioSSL,
        .swiftASN1, .x509,
      ]),
    .testTarget(name: "StoreTests", dependencies: ["Store", "Wire", .grdb]),
    .testTarget(
      name: "RetentionTests", dependencies: ["Retention", "Store", "KeyVaultClient", "Wire", .grdb, .logging]),
    .testTarget(
      name: "BrokerTests",
      dependencies: ["Broker", "Gatekeeper", "KeyVaultClient", "MQTT", "Store", "Wire", .logging, .serviceLifecycle]),
    .testTarget(name: "GatekeeperTests", dependencies: ["Gatekeeper", "Wire"]),
    .testTarget(
      name: "DecryptorTests",
      dependencies: [
        "Decryptor", "Cardio", "Inference", "Findings", "Sealing", "Store", "KeyVaultClient", "Wire", .logging,
      ]),
    // Findings of invented sessions, for the tests of the policy and of the notifier.
    .target(name: "RhythmScripts", dependencies: ["Findings", "Wire"], path: "Tests/RhythmScripts"),
    .testTarget(
      name: "AlertDeliveryTests",
      dependencies: ["AlertDelivery", "AlertPolicy", "RhythmScripts", "Findings", "Sealing", "Store", "Wire"]),
    .testTarget(name: "AlertPolicyTests", dependencies: ["AlertPolicy", "RhythmScripts", "Findings", "Store", "Wire"]),
    .testTarget(
      name: "AlertTrialsTests",
      dependencies: ["AlertTrials", "AlertPolicy", "Cardio", "Findings", "Inference"]),
    .testTarget(
      name: "NotifierTests",
      dependencies: [
        "Notifier", "AlertDelivery", "AlertPolicy", "RhythmScripts", "Cardio", "Findings", "Sealing", "Store",
        "KeyVaultClient", "Wire",
        .logging,
      ]),
    .testTarget(
      name: "DashboardTests",
      dependencies: [
        "Dashboard", "AlertDelivery", "AlertPolicy", "CZlib", "Cardio", "Decryptor", "Findings", "Retention", "Sealing",
        "Store", "KeyVault", "KeyVaultClient",
        "Wire",
        .asyncHTTPClient,
        .crypto, .httpTypes, .hummingbird, .hummingbirdTesting, .jwt, .logging, .nioCore, .nioSSL,
        .product(name: "NIOHTTP1", package: "swift-nio"), .swiftASN1, .x509,
      ]),
    .testTarget(
      name: "DeviceHostTests",
      dependencies: ["DeviceHost", "Cardio", "MQTT", .logging, "FirmwareCore", "Wire", "Sealing", .crypto]),
    .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", .logging, .metrics]),
    .testTarget(name: "ArchitectureTests"),
  ]
)

for target in package.targets
where ![.system, .plugin, .binary].contains(target.type)
  && !["FirmwareCore", "CModelWeights", "CInferenceKernels"].contains(target.name)
{
  target.swiftSettings = (target.swiftSettings ?? []) + sharedSwiftSettings
}
